//go:build !js

package pixel_test

import (
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// A broken profile in any place does not refuse the picture, nor change its colours beyond
// what a profile may; a profile of version 4 that is whole is obeyed.
func TestDecodeBrokenProfiles(t *testing.T) {
	img := even(color.NRGBA{200, 100, 50, 255})
	good := matrixProfile(p3Columns, srgbCurve())
	if good[8] != 4 {
		t.Fatalf("the profile is of version %d", good[8])
	}
	obeyed := mustDecode(t, withProfile(t, pngFile(t, img), good)).NRGBAAt(3, 3)
	nearColor(t, "by a profile of version 4", obeyed, color.NRGBA{215, 93, 31, 255}, 1)
	broken := map[string][]byte{"empty": {}, "text": []byte("no profile at all"), "header": good[:128], "half": good[:len(good)/2]}
	for at := 0; at+4 <= len(good); at += 7 {
		for _, v := range []uint32{0, 0xffffffff, 0x7fffffff} {
			p := append([]byte(nil), good...)
			binary.BigEndian.PutUint32(p[at:], v)
			broken[string(rune(at))+string(rune(v%7))] = p
		}
	}
	for name, p := range broken {
		for kind, file := range map[string][]byte{"PNG": pngFile(t, img), "JPEG": jpegFile(t, img), "TIFF": tiffFile(t, img)} {
			if len(p) == 0 && kind != "PNG" {
				continue // there is no place for nothing
			}
			var got *image.NRGBA
			taken := allocated(func() { got = mustDecode(t, withProfile(t, file, p)) })
			if got.Rect != img.Rect || taken > 16<<20 {
				t.Errorf("%q in a %s: %v, %d bytes", name, kind, got.Rect, taken)
			}
		}
	}
}

// Panoramas and strips are read in memory that follows from their pixels.
func TestDecodePanorama(t *testing.T) {
	for _, size := range []image.Point{{10000, 20}, {20, 10000}, {1, 300}, {65000, 1}} {
		img := picture(size.X, size.Y, func(x, y int) color.NRGBA { return color.NRGBA{uint8(x), uint8(y), uint8(x + y), 255} })
		for kind, file := range map[string][]byte{"PNG": pngFile(t, img), "BMP": bmpFile(t, img), "TIFF": tiffFile(t, img), "JPEG": jpegFile(t, img)} {
			got := mustDecode(t, file)
			if got.Rect != img.Rect {
				t.Errorf("%s of %v is %v", kind, size, got.Rect)
			}
			if kind != "JPEG" {
				nearColor(t, kind, got.NRGBAAt(size.X-1, size.Y-1), img.NRGBAAt(size.X-1, size.Y-1), 0)
			}
		}
	}
}

// A photograph of which nothing is to be seen gives a painting that is: over white, and said.
func TestInvisiblePhotograph(t *testing.T) {
	clear := image.NewNRGBA(image.Rect(0, 0, 30, 20))
	notes := ""
	ctx := engine.WithNotes(t.Context(), func(n string) { notes += n })
	img, err := pixel.Decode(ctx, engine.File{Name: "clear.png", Data: pngFile(t, clear)})
	if err != nil || notes != `"clear.png" is completely transparent. It is painted as white.` {
		t.Fatalf("%q, %v", notes, err)
	}
	painting := even(color.NRGBA{1, 2, 3, 255})
	pixel.CopyAlpha(painting, nil, img)
	nearColor(t, "the painting", painting.NRGBAAt(3, 3), color.NRGBA{1, 2, 3, 255}, 0)
	clear.Pix[3] = 1
	pixel.CopyAlpha(painting, nil, clear)
	if painting.NRGBAAt(9, 9).A != 0 {
		t.Error("a photograph with one place that is to be seen does not cut out the painting")
	}
}
