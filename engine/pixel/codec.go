//go:build !js

package pixel

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// kinds is how sentences name what Decode reads.
const kinds = "JPEG, PNG, WebP, GIF, BMP or TIFF"

// A codec reads one kind of file.
type codec struct {
	is          func(data []byte) bool
	config      func(io.Reader) (image.Config, error)
	decode      func(io.Reader) (image.Image, error)
	orientation func(data []byte) int

	// least is the fewest bytes that a file of that many pixels of that kind has. One
	// that claims more is cut short, or is no picture that anybody took or painted; without
	// this check one of a hundred bytes could ask for MaxPixels of memory.
	least func(pixels int, model color.Model) int
}

var codecs = []codec{
	{
		is:          func(data []byte) bool { return bytes.HasPrefix(data, []byte("\xff\xd8\xff")) },
		config:      jpeg.DecodeConfig,
		decode:      jpeg.Decode,
		orientation: orientationJPEG,
		// A block of 8x8 pixels takes a bit at least.
		least: func(pixels int, _ color.Model) int { return pixels / 64 / 8 },
	},
	{
		is:          func(data []byte) bool { return bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")) },
		config:      png.DecodeConfig,
		decode:      png.Decode,
		orientation: orientationPNG,
		// Deflate's best is 1032 to 1.
		least: func(pixels int, m color.Model) int { return pixels * leastBits(m) / 8 / 1032 },
	},
	{
		is: func(data []byte) bool {
			return len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WEBP"
		},
		config:      webp.DecodeConfig,
		decode:      decodeWebP,
		orientation: orientationWebP,
		// The format knows no such bound: an even colour takes no bits at all.
		least: func(pixels int, _ color.Model) int { return pixels / 4096 },
	},
	{
		is: func(data []byte) bool {
			return bytes.HasPrefix(data, []byte("GIF87a")) || bytes.HasPrefix(data, []byte("GIF89a"))
		},
		config:      gif.DecodeConfig,
		decode:      decodeGIF,
		orientation: asItIs,
		// At best 4096 pixels stand in a code of 12 bits.
		least: func(pixels int, _ color.Model) int { return pixels * 12 / 8 / 4096 },
	},
	{
		is:          func(data []byte) bool { return bytes.HasPrefix(data, []byte("BM")) },
		config:      bmp.DecodeConfig,
		decode:      bmp.Decode,
		orientation: asItIs,
		least:       func(pixels int, m color.Model) int { return pixels * leastBits(m) / 8 },
	},
	{
		is: func(data []byte) bool {
			return bytes.HasPrefix(data, []byte("II*\x00")) || bytes.HasPrefix(data, []byte("MM\x00*"))
		},
		config:      tiff.DecodeConfig,
		decode:      tiff.Decode,
		orientation: orientationTIFF,
		// Of LZW, as GIF's. An empty fax page can be shorter.
		least: func(pixels int, m color.Model) int { return pixels * leastBits(m) / 8 * 12 / 8 / 4096 },
	},
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

// decodeGIF returns the first picture of a GIF on its screen, which is transparent
// around it.
func decodeGIF(r io.Reader) (image.Image, error) {
	// The size of the screen is in the file's first ten bytes alone; a picture beyond it
	// is refused by package gif.
	var head [10]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	img, err := gif.Decode(io.MultiReader(bytes.NewReader(head[:]), r))
	if err != nil {
		return nil, err
	}
	screen := image.Rect(0, 0, int(head[6])|int(head[7])<<8, int(head[8])|int(head[9])<<8)
	if img.Bounds() == screen {
		return img, nil
	}
	whole := image.NewNRGBA(screen)
	part := nrgba(img)
	for y := range part.Rect.Dy() {
		at := whole.PixOffset(img.Bounds().Min.X, img.Bounds().Min.Y+y)
		copy(whole.Pix[at:], part.Pix[y*part.Stride:][:4*part.Rect.Dx()])
	}
	return whole, nil
}
