package transfer_test

import (
	"bytes"
	"context"
	"image"
	"testing"

	"trappedinart/engine"
)

// The result has the photograph's alpha, and otherwise the colours of a photograph that
// shows the same over white; in 16 bits too, where they are asked for.
func TestAlphaAndDepth(t *testing.T) {
	decode := runner(2).Decode
	seeThrough := func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
		img, err := decode(ctx, f)
		if f.Name == "photo" {
			for y := range img.Rect.Dy() {
				for x := range img.Rect.Dx() / 2 {
					copy(img.Pix[img.PixOffset(x, y):], []uint8{0, 0, 0, 0})
				}
			}
		}
		return img, err
	}
	white := func(ctx context.Context, f engine.File) (*image.NRGBA, error) {
		img, err := seeThrough(ctx, f)
		for i := 0; i < len(img.Pix); i += 4 {
			if img.Pix[i+3] == 0 {
				copy(img.Pix[i:], []uint8{255, 255, 255, 255})
			}
		}
		return img, err
	}
	r := runner(2)
	r.Decode, r.Deep = seeThrough, true
	got, _ := run(t, r, request(nil))
	r = runner(2)
	r.Decode = white
	want, _ := run(t, r, request(nil))
	if want.Deep != nil {
		t.Error("there are 16 bits that nobody asked for")
	}
	for x := range 96 {
		i := got.Picture.PixOffset(x, 32)
		p, w := got.Picture.Pix[i:][:4], want.Picture.Pix[i:][:4]
		if !bytes.Equal(p[:3], w[:3]) || w[3] != 255 {
			t.Fatalf("the pixel at %d is %v, and %v over white", x, p, w)
		}
		if x < 40 && p[3] > 10 || x > 56 && p[3] < 245 { // beside the edge the kernel swings
			t.Errorf("alpha at %d is %d", x, p[3])
		}
		deep := got.Deep.NRGBA64At(x, 32)
		for c, v := range []uint16{deep.R, deep.G, deep.B, deep.A} {
			if d := int(v) - 257*int(p[c]); d < -129 || d > 129 {
				t.Errorf("channel %d at %d is %d in 16 bits and %d in 8", c, x, v, p[c])
			}
		}
	}
}
