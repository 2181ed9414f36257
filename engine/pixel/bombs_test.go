//go:build !js

package pixel_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// tiffOf is a TIFF of these tags, with the data behind the head, where offsets of 8 find them.
// The tags must ascend; each has a list of numbers.
func tiffOf(data []byte, tags ...[]uint32) []byte {
	le := binary.LittleEndian
	file := append([]byte("II*\x00\x00\x00\x00\x00"), data...)
	file = append(file, make([]byte, len(file)&1)...)
	list := le.AppendUint16(nil, uint16(len(tags)))
	for _, tag := range tags {
		const long = 4
		list = le.AppendUint32(le.AppendUint16(le.AppendUint16(list, uint16(tag[0])), long), uint32(len(tag)-1))
		if len(tag) == 2 {
			list = le.AppendUint32(list, tag[1])
			continue
		}
		list = le.AppendUint32(list, uint32(len(file)))
		for _, v := range tag[1:] {
			file = le.AppendUint32(file, v)
		}
	}
	le.PutUint32(file[4:], uint32(len(file)))
	return append(append(file, list...), 0, 0, 0, 0)
}

func deflated(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	return b.Bytes()
}

// tiffTiles is a TIFF of w x h pixels in tiles of that side, each of which unpacks to as many
// zeros as it can have.
func tiffTiles(t *testing.T, w, h, side, samples, bits uint32) []byte {
	t.Helper()
	packed := deflated(t, int(side*side*samples*bits/8))
	n := ((w + side - 1) / side) * ((h + side - 1) / side)
	at, sizes, depths, extra := []uint32{324}, []uint32{325}, []uint32{258}, []uint32{338}
	for range n {
		at, sizes = append(at, 8), append(sizes, uint32(len(packed)))
	}
	for range samples {
		depths = append(depths, bits)
	}
	for range max(samples, 4) - 3 {
		extra = append(extra, 0)
	}
	const deflate, rgb = 8, 2
	return tiffOf(packed, []uint32{256, w}, []uint32{257, h}, depths, []uint32{259, deflate}, []uint32{262, rgb}, []uint32{277, samples}, []uint32{284, 1},
		[]uint32{322, side}, []uint32{323, side}, at, sizes, extra)
}

// chunksPNG is a PNG of black pixels, with chunks before them.
func chunksPNG(t *testing.T, w, h uint32, depth, kind, interlace byte, row int, chunks ...[]byte) []byte {
	t.Helper()
	chunk := func(id string, body []byte) []byte {
		c := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), id...)
		return binary.BigEndian.AppendUint32(append(c, body...), crc32.ChecksumIEEE(append([]byte(id), body...)))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	file := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, depth, kind, 0, 0, interlace))...)
	for _, c := range chunks {
		file = append(file, chunk(string(c[:4]), c[4:])...)
	}
	return append(append(file, chunk("IDAT", deflated(t, row*int(h)))...), chunk("IEND", nil)...)
}

// movingOf is a moving WebP with a screen of that size, and this still one for a frame that
// says that size.
func movingOf(still []byte, screen, frame int) []byte {
	number := func(b []byte, v int) []byte { return append(b, byte(v), byte(v>>8), byte(v>>16)) }
	body := number(number([]byte("WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00"), screen-1), screen-1)
	anmf := append(number(number(append([]byte{}, 0, 0, 0, 0, 0, 0), frame-1), frame-1), 0, 0, 0, 0)
	anmf = append(anmf, still[12:]...)
	body = append(append(body, "ANMF"...), binary.LittleEndian.AppendUint32(nil, uint32(len(anmf)))...)
	body = append(body, anmf...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// scansJPEG is a progressive JPEG with so many scans, each of which says in a few bytes that no
// block has anything new.
func scansJPEG(t *testing.T, w, h uint16, scans int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	base := b.Bytes()
	i := bytes.Index(base, []byte{0xff, 0xc0})
	file := append(bytes.Clone(base[:i]), 0xff, 0xc2, 0, 11, 8, byte(h>>8), byte(h), byte(w>>8), byte(w), 1, 1, 0x11, 0)
	// A table of two codes: 0 is that many thousands of blocks have nothing, 1 that one has.
	file = append(file, 0xff, 0xc4, 0, 21, 0x10)
	file = append(append(file, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0xe0, 0)
	blocks := (int(w) + 7) / 8 * ((int(h) + 7) / 8)
	for range scans {
		file = append(file, 0xff, 0xda, 0, 8, 1, 1, 0, 1, 63, 0)
		for range (blocks + 32766) / 32767 {
			file = append(file, 0x7f, 0xf8)
		}
	}
	return append(file, 0xff, 0xd9)
}

// A file that is packed small and unpacked large takes at most 28 bytes of memory for each pixel
// that its head claims, given back in between or not, the file a few times, and a little;
// whether it is read or refused. The numbers in the head are bounded (TestDecodeRefuses).
func TestBombs(t *testing.T) {
	even := func(side int) *image.NRGBA { return image.NewNRGBA(image.Rect(0, 0, side, side)) }
	var gifs bytes.Buffer
	if err := gif.Encode(&gifs, image.NewPaletted(image.Rect(0, 0, 1500, 1500), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	frames := &gif.GIF{}
	for range 40 {
		frames.Image = append(frames.Image, image.NewPaletted(image.Rect(0, 0, 1000, 1000), color.Palette{color.Black, color.White}))
		frames.Delay = append(frames.Delay, 1)
	}
	var many bytes.Buffer
	if err := gif.EncodeAll(&many, frames); err != nil {
		t.Fatal(err)
	}
	webps := webpFile(t, even(1500))
	text := append([]byte("zTXtkey\x00\x00"), deflated(t, 64<<20)...)
	profile := append([]byte("iCCPkey\x00\x00"), deflated(t, 64<<20)...)
	bmps := bmpFile(t, image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.Black, color.White}))
	rle := claimBMP(bmps, 1500, 1500)
	binary.LittleEndian.PutUint32(rle[30:], 1) // run lengths
	rle = append(rle, bytes.Repeat([]byte{255, 0}, 9500)...)

	tests := []struct {
		name   string
		data   []byte
		pixels int  // that its head says
		read   bool // or it may be refused
	}{
		{"PNG of one bit", chunksPNG(t, 2000, 2000, 1, 0, 0, 251), 4e6, true},
		{"PNG of 16 bits and alpha", chunksPNG(t, 1000, 1000, 16, 6, 0, 8001), 1e6, true},
		{"PNG, interlaced", chunksPNG(t, 1000, 1000, 8, 6, 1, 4200), 1e6, true},
		{"PNG with more rows than it says", chunksPNG(t, 100, 100, 8, 2, 0, 2<<20), 1e4, false},
		{"PNG with 64 MiB of text", chunksPNG(t, 10, 10, 1, 0, 0, 3, text), 100, true},
		{"PNG with 64 MiB of profile", chunksPNG(t, 10, 10, 1, 0, 0, 3, profile), 100, true},
		{"JPEG", jpegFile(t, even(2000)), 4e6, true},
		{"JPEG of 200 scans", scansJPEG(t, 800, 800, 200), 64e4, true},
		{"JPEG of 50000 scans", scansJPEG(t, 1600, 1600, 50000), 256e4, false},
		{"GIF", gifs.Bytes(), 225e4, true},
		{"GIF of 40 pictures", many.Bytes(), 1e6, true},
		{"GIF whose picture is larger than its screen", claimGIF(gifs.Bytes(), 10, 10), 225e4, false},
		{"WebP", webps, 225e4, true},
		{"moving WebP", movingOf(webps, 1500, 1500), 225e4, true},
		{"moving WebP whose picture is larger than its screen", movingOf(webps, 10, 10), 100, false},
		{"BMP of run lengths", rle, 225e4, true},
		{"TIFF", tiffFile(t, even(1500)), 225e4, true},
		{"TIFF of 16 bits", tiffFile(t, image.NewNRGBA64(image.Rect(0, 0, 1000, 1000))), 1e6, true},
		{"TIFF whose tiles are all the same bytes", tiffTiles(t, 1500, 1500, 512, 3, 8), 225e4, false},
		{"TIFF whose tile is larger than its picture", tiffTiles(t, 10, 10, 4000, 3, 8), 100, false},
		{"TIFF of 16 samples", tiffTiles(t, 2000, 2000, 4096, 16, 16), 4e6, false},
		{"TIFF of 16 samples in one tile", tiffTiles(t, 1000, 1000, 5000, 16, 16), 1e6, false},
		{"TIFF of 4 million tiles", tiffOf(nil, []uint32{256, 2000}, []uint32{257, 2000}, []uint32{258, 8}, []uint32{259, 7}, []uint32{262, 1}, []uint32{277, 1},
			[]uint32{322, 1}, []uint32{323, 1}, append([]uint32{324}, make([]uint32, 4e6)...), append([]uint32{325}, make([]uint32, 4e6)...)), 4e6, false},
	}
	for _, test := range tests {
		if testing.Short() && test.pixels > 1e6 {
			continue // the short form has the smaller ones
		}
		t.Run(test.name, func(t *testing.T) {
			var err error
			got := allocated(func() { _, err = decode(test.data) })
			most := uint64(28*test.pixels + 4*len(test.data) + 32<<20) // the race detector needs some of it
			t.Logf("%d bytes of file, %.1f MiB of memory, %.1f allowed: %v", len(test.data), float64(got)/(1<<20), float64(most)/(1<<20), err)
			if got > most {
				t.Errorf("it took %d bytes, want at most %d", got, most)
			}
			if e := engine.AsError(err); test.read && err != nil || err != nil && e.Code != engine.InvalidPicture && e.Code != engine.TooLarge {
				t.Errorf("it is refused: %v", err)
			}
		})
	}
}

// webpFile is a WebP without loss.
func webpFile(t *testing.T, img *image.NRGBA) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := pixel.Encode(&b, img, pixel.WebP); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
