//go:build !js || pictures

package pixel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"

	"github.com/jsummers/gobmp"
	"golang.org/x/image/bmp"
)

// configBMP asks package bmp, and of kinds that it does not read gobmp, which reads 16 bits,
// bit fields, run lengths and OS/2 heads.
func configBMP(data []byte) (image.Config, error) {
	size, err := bmp.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, bmp.ErrUnsupported) {
		size, err = gobmp.DecodeConfig(bytes.NewReader(data))
	}
	// Of one that is not packed it is known how long it must be.
	if err == nil && !packedBMP(data) && size.Width > 0 && size.Height > 0 && size.Width < MaxPixels/size.Height {
		if row := size.Width * bitsOfBMP(data) / 8; row*(size.Height-1) > len(data) {
			return size, fmt.Errorf("%d x %d pixels cannot be in so short a file", size.Width, size.Height)
		}
	}
	return size, err
}

func decodeBMP(r *reader) (image.Image, error) {
	img, err := bmp.Decode(r)
	if errors.Is(err, bmp.ErrUnsupported) {
		return gobmp.Decode(newReader(r.ctx, r.data))
	}
	return img, err
}

// bitsOfBMP returns the bits of a pixel; both heads have 18 bytes and more.
func bitsOfBMP(data []byte) int {
	if os2(data) {
		return int(binary.LittleEndian.Uint16(data[24:]))
	}
	return int(binary.LittleEndian.Uint16(data[28:]))
}

// packedBMP says whether the pixels are run lengths.
func packedBMP(data []byte) bool {
	const rle8, rle4 = 1, 2
	if os2(data) || len(data) < 34 {
		return false
	}
	c := binary.LittleEndian.Uint32(data[30:])
	return c == rle8 || c == rle4
}

// os2 says whether the head is that of the first OS/2.
func os2(data []byte) bool { return binary.LittleEndian.Uint32(data[14:]) == 12 }

// leastBMP is codec.least: with a palette there may be run lengths.
func leastBMP(pixels int, m color.Model) int {
	if _, ok := m.(color.Palette); ok {
		return pixels * 2 / 255 / 16
	}
	return pixels * leastBits(m) / 8
}
