//go:build !js || pictures

package pixel

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"iter"

	"trappedinart/engine"
)

// A codec reads one kind of file.
type codec struct {
	config      func(data []byte) (image.Config, error)
	decode      func(*reader) (image.Image, error)
	orientation func(data []byte) int

	// least is the fewest bytes that a file of that many pixels of that kind has. One
	// that claims more is cut short, or is no picture that anybody took or painted; without
	// this check one of a hundred bytes could ask for MaxPixels of memory.
	least func(pixels int, model color.Model) int

	// mended gives files in which what is wrong with this one has been made right, the best
	// first, with a note that says what; it may be nil. It asks size about a file's head
	// before it takes memory for the pixels.
	mended func(f engine.File, size sizer) iter.Seq2[[]byte, string]
}

// A sizer reads a file's head, and checks what it claims.
type sizer func(data []byte) (image.Config, error)

// codecs by the kinds of package label.
var codecs = map[string]codec{
	"JPEG": {
		config:      configJPEG,
		decode:      decodeBy(jpeg.Decode),
		orientation: orientationJPEG,
		mended:      mendedJPEG,
		// A block of 8x8 pixels takes a bit at least.
		least: func(pixels int, _ color.Model) int { return pixels / 64 / 8 },
	},
	"PNG": {
		config:      configBy(png.DecodeConfig),
		decode:      decodeBy(png.Decode),
		orientation: orientationPNG,
		mended:      mendedPNG,
		// Deflate's best is 1032 to 1.
		least: func(pixels int, m color.Model) int { return pixels * leastBits(m) / 8 / 1032 },
	},
	"WebP": {
		config:      configWebP,
		decode:      decodeWebP,
		orientation: orientationWebP,
		// The format knows no such bound: an even colour takes no bits at all.
		least: func(pixels int, _ color.Model) int { return pixels / 4096 },
	},
	"GIF": {
		config:      configGIF,
		decode:      decodeGIF,
		orientation: asItIs,
		mended:      mendedGIF,
		// At best 4096 pixels stand in a code of 12 bits.
		least: func(pixels int, _ color.Model) int { return pixels * 12 / 8 / 4096 },
	},
	"BMP": {
		config:      configBMP,
		decode:      decodeBMP,
		orientation: asItIs,
		// configBMP knows better.
		least: leastBMP,
	},
	"TIFF": {
		config:      configTIFF,
		decode:      decodeTIFF,
		orientation: orientationTIFF,
		// Of LZW, as GIF's. An empty fax page can be shorter.
		least: func(pixels int, m color.Model) int { return pixels * leastBits(m) / 8 * 12 / 8 / 4096 },
	},
}

func configBy(f func(io.Reader) (image.Config, error)) func([]byte) (image.Config, error) {
	return func(data []byte) (image.Config, error) { return f(bytes.NewReader(data)) }
}

func decodeBy(f func(io.Reader) (image.Image, error)) func(*reader) (image.Image, error) {
	return func(r *reader) (image.Image, error) { return f(r) }
}

func asItIs([]byte) int { return 1 }

// leastBits is the fewest bits that a pixel has in the decoded data of a file whose
// configuration has that model.
func leastBits(m color.Model) int {
	switch m {
	case color.RGBAModel:
		return 24
	case color.RGBA64Model:
		return 48
	case color.NRGBAModel, color.Gray16Model: // grey with alpha is NRGBA too
		return 16
	case color.NRGBA64Model:
		return 32
	}
	return 1 // grey or with a palette
}
