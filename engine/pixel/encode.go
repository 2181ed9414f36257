//go:build !js

package pixel

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"github.com/HugoSmits86/nativewebp"
	"github.com/kovidgoyal/imaging/prism/meta/icc"
	"golang.org/x/image/tiff"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
)

// A Format is a kind of picture file that Encode writes.
type Format string

const (
	PNG  Format = "png"
	JPEG Format = "jpeg"
	WebP Format = "webp" // lossless
	TIFF Format = "tiff" // 16 bits
)

const (
	jpegQuality  = 95
	mostWebPSide = 1 << 14
)

// FormatOf returns the format that the file's name ends in: .png, .jpg, .jpeg, .webp,
// .tif or .tiff.
func FormatOf(name string) (Format, error) {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png":
		return PNG, nil
	case ".jpg", ".jpeg":
		return JPEG, nil
	case ".webp":
		return WebP, nil
	case ".tif", ".tiff":
		return TIFF, nil
	}
	return "", engine.Errorf(engine.Unwritable, "%q does not say what kind of picture to write. Let the name end in .png, .jpg, .webp or .tif.", name)
}

// Encode writes the picture as a file that says it is sRGB. JPEG shows transparency over
// white and has quality 95; the others keep it.
func Encode(w io.Writer, img *image.NRGBA, format Format) error {
	file, err := encoded(img, nil, format)
	if err == nil {
		_, err = w.Write(file)
	}
	return asUnwritable(err)
}

// EncodeResult writes the painting with its recipe in the file, and, if deep says so
// and the format can, in the 16 bits of its Deep. TIFF always has 16 bits.
func EncodeResult(w io.Writer, res *engine.Result, format Format, deep bool) error {
	var wide *image.NRGBA64
	if deep || format == TIFF {
		wide = res.Deep
	}
	file, err := encoded(res.Picture, wide, format)
	if err == nil {
		file, err = label.Insert(file, res.Recipe)
	}
	if err == nil {
		_, err = w.Write(file)
	}
	return asUnwritable(err)
}

func asUnwritable(err error) error {
	if _, ok := err.(*engine.Error); ok || err == nil {
		return err
	}
	return engine.Errorf(engine.Unwritable, "The picture cannot be written (%w). Check the free space and the permission to write.", err)
}

// encoded returns the file. The picture in 16 bits may be nil.
func encoded(img *image.NRGBA, deep *image.NRGBA64, format Format) ([]byte, error) {
	var file bytes.Buffer
	var err error
	switch format {
	case PNG:
		if deep != nil {
			err = png.Encode(&file, deep)
		} else {
			err = png.Encode(&file, img)
		}
		if err != nil {
			return nil, err
		}
		return label.SetSRGB(file.Bytes())
	case JPEG:
		err = jpeg.Encode(&file, opaque(img), &jpeg.Options{Quality: jpegQuality})
	case WebP:
		if max(img.Rect.Dx(), img.Rect.Dy()) > mostWebPSide {
			return nil, engine.Errorf(engine.TooLarge, "A WebP picture has at most %d pixels to a side; this one has %d x %d. Save it as PNG.", mostWebPSide, img.Rect.Dx(), img.Rect.Dy())
		}
		err = nativewebp.Encode(&file, straight{img}, nil)
	case TIFF:
		if deep == nil {
			deep = widened(img)
		}
		err = tiff.Encode(&file, deep, &tiff.Options{Compression: tiff.Deflate})
	default:
		panic("pixel: unknown format")
	}
	if err != nil {
		return nil, err
	}
	return label.SetProfile(file.Bytes(), icc.Srgb_xyz_profile_data)
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

// widened returns the picture in 16 bits, its corner at 0, 0.
func widened(img *image.NRGBA) *image.NRGBA64 {
	dst := image.NewNRGBA64(image.Rect(0, 0, img.Rect.Dx(), img.Rect.Dy()))
	for y := range dst.Rect.Dy() {
		row, from := dst.Pix[y*dst.Stride:], img.Pix[y*img.Stride:]
		for i, v := range from[:4*dst.Rect.Dx()] {
			row[2*i], row[2*i+1] = v, v // v * 257
		}
	}
	return dst
}

// straight is a picture for package nativewebp, which draws it on an image.NRGBA: colours
// are multiplied by alpha on the way, and divided again, rounding down. They are rounded
// up here first, so that all come out as they were.
type straight struct{ *image.NRGBA }

func (s straight) RGBA64At(x, y int) color.RGBA64 {
	p := s.Pix[s.PixOffset(x, y):][:4]
	a := uint64(p[3]) * 257
	by := func(c uint8) uint16 { return uint16((uint64(c)*256*a + 65534) / 65535) }
	return color.RGBA64{R: by(p[0]), G: by(p[1]), B: by(p[2]), A: uint16(a)}
}
