//go:build !js

package pixel

import (
	"bufio"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"trappedinart/engine"
)

// A Format is a kind of picture file that Encode writes.
type Format string

const (
	PNG  Format = "png"
	JPEG Format = "jpeg"
)

const jpegQuality = 95

// FormatOf returns the format that the file's name ends in: .png, .jpg or .jpeg.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png":
		return PNG, nil
	case ".jpg", ".jpeg":
		return JPEG, nil
	}
	return "", engine.Errorf(engine.Unwritable, "%q does not say what kind of picture to write; let the name end in .png, .jpg or .jpeg.", name)
}

// Encode writes the picture as a file: PNG keeps transparency, JPEG shows it over
// white and has quality 95.
func Encode(w io.Writer, img *image.NRGBA, format Format) error {
	buffered := bufio.NewWriter(w)
	var err error
	switch format {
	case PNG:
		err = png.Encode(buffered, img)
	case JPEG:
		err = jpeg.Encode(buffered, opaque(img), &jpeg.Options{Quality: jpegQuality})
	default:
		panic("pixel: unknown format")
	}
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		return engine.Errorf(engine.Unwritable, "The picture cannot be written (%w); look whether there is room and leave to write.", err)
	}
	return nil
}

// opaque returns the picture as it shows over white. It is of the type that
// image/jpeg is fast on.
func opaque(img *image.NRGBA) *image.RGBA {
	b := img.Bounds()
	if img.Opaque() {
		return &image.RGBA{Pix: img.Pix, Stride: img.Stride, Rect: b}
	}
	dst := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, b := shown(img.Pix[img.PixOffset(x, y):])
			copy(dst.Pix[dst.PixOffset(x, y):], []uint8{r, g, b, 255})
		}
	}
	return dst
}
