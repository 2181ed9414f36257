//go:build !js

package pixel_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// smallFiles are valid files of every kind that is read, with what can stand beside pixels.
func smallFiles(t testing.TB) map[string][]byte {
	img := random(40, 30)
	deep := image.NewNRGBA64(img.Rect)
	copy(deep.Pix, random(60, 40).Pix)
	p3 := matrixProfile(p3Columns, srgbCurve())
	block := exif(binary.BigEndian, 6)
	files := map[string][]byte{
		"PNG":                 withProfile(t, withExifPNG(pngFile(t, img), block), p3),
		"PNG of 16 bits":      pngFile(t, deep),
		"JPEG":                withProfile(t, withExifJPEG(jpegFile(t, img), block), p3),
		"JPEG of four inks":   withProfile(t, cmykJPEG(10, 80, 200, 30), greyInks()),
		"WebP, lossy":         fromBase64(t, lossyWebP),
		"WebP, lossy, alpha":  fromBase64(t, lossyAlphaWebP),
		"WebP, lossless":      withProfile(t, withExifWebP(fromBase64(t, losslessWebP), block, 3, 2), p3),
		"GIF":                 gifFile(t),
		"BMP":                 bmpFile(t, img),
		"BMP with a palette":  bmpFile(t, image.NewPaletted(img.Rect, color.Palette{color.Black, color.White})),
		"TIFF":                withProfile(t, tiffFile(t, img), p3),
		"TIFF of 16 bits":     tiffFile(t, deep),
		"TIFF in grey":        tiffFile(t, image.NewGray(img.Rect)),
		"TIFF, on its side":   withTagTIFF(tiffFile(t, img), 0x0112, 6),
		"PNG of black pixels": bombPNG(64),
	}
	// Kinds that package pixel reads by more than one plain decoder.
	for kind, name := range map[string]string{
		"JPEG, progressive": "jpeg_progressive.jpg", "JPEG with restarts": "jpeg_restart_blocks.jpg", "JPEG of YCCK": "jpeg_ycck.jpg",
		"PNG, interlaced": "png_interlaced_rgb.png", "WebP, moving": "webp_moving_alpha.webp", "GIF, interlaced": "gif_interlaced.gif",
		"BMP of run lengths": "bmp_rle4.bmp", "BMP with fields": "bmp_fields_10.bmp", "BMP of OS/2": "bmp_os2_4.bmp",
		"TIFF of 64 bits": "tiff_big_tiles.tif", "TIFF with JPEG": "tiff_jpeg_tiles.tif", "TIFF of planes": "tiff_tiles_planes.tif",
		"TIFF of YCbCr": "tiff_ycbcr_2x2_zip.tif", "TIFF of inks": "tiff_cmyk_lzw.tif", "TIFF of a fax": "tiff_g4_black.tif", "TIFF of 4 bits": "tiff_palette_4_tiles.tif",
	} {
		data, err := os.ReadFile(filepath.Join("testdata", "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		files[kind] = data
	}
	return files
}

// hostile makes a malformed file of a valid one: bytes of its first hundreds are changed,
// or numbers there made huge, or the end is missing, or all of that.
func hostile(r *rand.Rand, kind string, valid []byte) []byte {
	file := bytes.Clone(valid)
	head := min(len(file), 64<<r.IntN(5))
	switch r.IntN(6) {
	case 0, 1:
		for range 1 + r.IntN(8) {
			file[r.IntN(head)] = byte(r.Uint32())
		}
	case 2:
		file[r.IntN(head)] ^= 1 << r.IntN(8)
	case 3:
		huge := []uint32{0xffffffff, 0x7fffffff, 100000, 0xffff, 0x10000, 8000, 0}[r.IntN(7)]
		if at := r.IntN(head - 4); r.IntN(2) == 0 {
			binary.BigEndian.PutUint32(file[at:], huge)
		} else {
			binary.LittleEndian.PutUint32(file[at:], huge)
		}
	case 4:
		w, h := 1+r.Uint32N(16<<r.IntN(11)), 1+r.Uint32N(16<<r.IntN(11))
		if r.IntN(3) == 0 {
			w, h = 100000, 100000
		}
		switch kind[:3] {
		case "PNG":
			file = claimPNG(file, w, h)
		case "JPE":
			file = claimJPEG(file, uint16(w), uint16(h))
		case "GIF":
			file = claimGIF(file, uint16(w), uint16(h))
		case "BMP":
			file = claimBMP(file, w, h)
		case "TIF":
			file = claimTIFF(file, w, h)
		default:
			file = claimWebP(append(file, 0, 0), min(w, 16384), min(h, 16384))
		}
	case 5:
		file = file[:r.IntN(len(file))]
	}
	if r.IntN(8) == 0 {
		file = file[:r.IntN(len(file)+1)]
	}
	if kind[:3] == "PNG" && r.IntN(2) == 0 {
		mendPNG(file)
	}
	return file
}

// mendPNG makes the checksums right again, without which no change to a PNG gets far.
func mendPNG(file []byte) {
	for at := 8; at+12 <= len(file); {
		n := int(binary.BigEndian.Uint32(file[at:]))
		if n < 0 || n > len(file)-at-12 {
			return
		}
		binary.BigEndian.PutUint32(file[at+8+n:], crc32.ChecksumIEEE(file[at+4:at+8+n]))
		at += 12 + n
	}
}

// A thousand malformed files give an error that says what to do, or a picture where the
// change did no harm, each in little memory and time. The time of one is not tested
// against the 0.1 s that it may take, as a busy machine has no such limit: it is in the log.
func TestHostile(t *testing.T) {
	const files, most = 1000, 64 << 20
	valid := smallFiles(t)
	kinds := slices.Sorted(maps.Keys(valid))
	for _, kind := range kinds {
		if _, err := decode(valid[kind]); err != nil {
			t.Fatalf("%s, unchanged: %v", kind, err)
		}
	}
	r := rand.New(rand.NewPCG(20, 26))
	var longest time.Duration
	var largest uint64
	pictures := 0
	began := time.Now()
	for i := range files {
		kind := kinds[i%len(kinds)]
		file := hostile(r, kind, valid[kind])
		var img *image.NRGBA
		var err error
		start := time.Now()
		taken := allocated(func() {
			img, err = pixel.Decode(context.Background(), engine.File{Name: "holiday.jpg", Data: file})
		})
		longest, largest = max(longest, time.Since(start)), max(largest, taken)
		if taken > most {
			t.Errorf("file %d, %s of %d bytes, takes %d bytes of memory", i, kind, len(file), taken)
		}
		var e *engine.Error
		switch {
		case err == nil && img != nil && img.Rect.Dx() > 0 && img.Rect.Dy() > 0:
			pictures++
		case !errors.As(err, &e) || e.Code != engine.InvalidPicture && e.Code != engine.TooLarge:
			t.Errorf("file %d, %s: %v, %v", i, kind, img, err)
		}
		pixel.HasPosition(engine.File{Data: file})
	}
	t.Logf("%d of %d are pictures all the same; the longest takes %v, the largest %d KiB", pictures, files, longest, largest>>10)
	if took := time.Since(began); took > time.Minute { // 2 s on a machine of its own
		t.Errorf("all of them take %v, want a minute at most, however busy the machine is", took)
	}
	if pictures > files/2 {
		t.Errorf("%d of %d are pictures: they are not malformed enough", pictures, files)
	}
}
