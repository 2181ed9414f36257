//go:build !js || pictures

package pixel

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"io"
	"iter"

	"trappedinart/engine"
)

// configGIF gives the size of the screen, of a screen of nothing that of the first picture.
func configGIF(data []byte) (image.Config, error) {
	size, err := gif.DecodeConfig(bytes.NewReader(data))
	if err == nil && (size.Width == 0 || size.Height == 0) {
		if first, ok := firstOfGIF(data); ok {
			size.Width, size.Height = first.Max.X, first.Max.Y
		}
	}
	return size, err
}

// decodeGIF returns the first picture of a GIF on its screen, which is transparent
// around it.
func decodeGIF(r *reader) (image.Image, error) {
	img, err := gif.Decode(r)
	if err != nil {
		return nil, err
	}
	size, err := configGIF(r.data)
	screen := image.Rect(0, 0, size.Width, size.Height)
	if err != nil || img.Bounds() == screen {
		return img, err
	}
	whole := image.NewNRGBA(screen)
	part := nrgba(img)
	for y := range part.Rect.Dy() {
		at := whole.PixOffset(img.Bounds().Min.X, img.Bounds().Min.Y+y)
		copy(whole.Pix[at:], part.Pix[y*part.Stride:][:4*part.Rect.Dx()])
	}
	return whole, nil
}

// A gifFrame is the first picture in a GIF file.
type gifFrame struct {
	image.Rectangle
	at    int // of its descriptor, of 10 bytes
	table int // bytes of its own colours, after that
	codes int // where its codes begin: their width, and blocks
}

// firstOfGIF finds the first picture: GIF89a, sections 17 to 23.
func firstOfGIF(data []byte) (f gifFrame, ok bool) {
	if len(data) < 13 {
		return f, false
	}
	at := 13 + coloursOfGIF(data[10])
	for at < len(data) && data[at] == '!' {
		at += 2
		for at < len(data) && data[at] != 0 {
			at += 1 + int(data[at])
		}
		at++
	}
	if at+10 > len(data) || data[at] != ',' {
		return f, false
	}
	number := func(i int) int { return int(binary.LittleEndian.Uint16(data[at+i:])) }
	f.at, f.table = at, coloursOfGIF(data[at+9])
	f.Rectangle = image.Rect(number(1), number(3), number(1)+number(5), number(3)+number(7))
	f.codes = at + 10 + f.table
	return f, f.codes < len(data)
}

// coloursOfGIF is how long a table of colours is by the flags before it.
func coloursOfGIF(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// mendedGIF mends a file whose first picture has other data than package gif wants: it
// packs as many pixels anew as the picture has, those that are missing of the first
// colour, on a screen that has room for it.
func mendedGIF(f engine.File, size sizer) iter.Seq2[[]byte, string] {
	return func(yield func([]byte, string) bool) {
		first, ok := firstOfGIF(f.Data)
		if !ok || first.Empty() {
			return
		}
		out := bytes.Clone(f.Data[:first.codes+1])
		grow := func(at, need int) {
			if int(binary.LittleEndian.Uint16(out[at:])) < need {
				binary.LittleEndian.PutUint16(out[at:], uint16(min(need, 0xffff)))
			}
		}
		grow(6, first.Max.X)
		grow(8, first.Max.Y)
		if _, err := size(out); err != nil {
			return
		}
		width := int(f.Data[first.codes])
		if width < 1 || width > 8 {
			return
		}
		pixels := make([]byte, first.Dx()*first.Dy())
		r := lzw.NewReader(&gifBlocks{rest: f.Data[first.codes+1:]}, lzw.LSB, width)
		there, err := io.ReadFull(r, pixels)
		if there == 0 {
			return
		}
		note := fmt.Sprintf("%q has faults in its data. Its first picture is complete.", f.Name)
		if err != nil {
			missing := len(pixels) - there
			what := "is cut short"
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				what = "is damaged"
			}
			note = fmt.Sprintf("%q %s: %d%% of its first picture is missing and filled with one colour.", f.Name, what, (100*missing+len(pixels)-1)/len(pixels))
		}
		yield(append(append(out, packedGIF(pixels, width)...), ';'), note)
	}
}

// packedGIF returns the pixels as blocks of codes.
func packedGIF(pixels []byte, width int) []byte {
	var codes bytes.Buffer
	w := lzw.NewWriter(&codes, lzw.LSB, width)
	_, _ = w.Write(pixels) // a buffer takes all; the codes were of that width
	_ = w.Close()
	var out []byte
	for codes.Len() > 0 {
		block := codes.Next(255)
		out = append(append(out, byte(len(block))), block...)
	}
	return append(out, 0)
}

// gifBlocks reads what is in blocks, each with its length before it: GIF89a, section 15.
type gifBlocks struct{ rest, block []byte }

func (b *gifBlocks) Read(p []byte) (int, error) {
	if len(b.block) == 0 {
		if len(b.rest) == 0 || b.rest[0] == 0 {
			return 0, io.EOF
		}
		n := min(1+int(b.rest[0]), len(b.rest))
		b.block, b.rest = b.rest[1:n], b.rest[n:]
		if len(b.block) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, b.block)
	b.block = b.block[n:]
	return n, nil
}
