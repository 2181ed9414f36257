//go:build !js

package pixel_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"runtime"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// claimPNG changes the size that a PNG's header claims.
func claimPNG(file []byte, w, h uint32) []byte {
	file = bytes.Clone(file)
	binary.BigEndian.PutUint32(file[16:], w)
	binary.BigEndian.PutUint32(file[20:], h)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

// claimJPEG changes the size that a baseline JPEG's header claims.
func claimJPEG(file []byte, w, h uint16) []byte {
	file = bytes.Clone(file)
	i := bytes.Index(file, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(file[i+5:], h)
	binary.BigEndian.PutUint16(file[i+7:], w)
	return file
}

func claimGIF(file []byte, w, h uint16) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint16(file[6:], w)
	binary.LittleEndian.PutUint16(file[8:], h)
	return file
}

func claimBMP(file []byte, w, h uint32) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint32(file[18:], w)
	binary.LittleEndian.PutUint32(file[22:], h)
	return file
}

// claimTIFF changes the first two entries of package tiff's directory, width and height.
func claimTIFF(file []byte, w, h uint32) []byte {
	file = bytes.Clone(file)
	at := binary.LittleEndian.Uint32(file[4:]) + 2
	const long = 4
	for i, v := range []uint32{w, h} {
		binary.LittleEndian.PutUint16(file[int(at)+12*i+2:], long)
		binary.LittleEndian.PutUint32(file[int(at)+12*i+8:], v)
	}
	return file
}

// claimWebP changes the size in an extended file's header.
func claimWebP(file []byte, w, h uint32) []byte {
	file = bytes.Clone(file)
	binary.LittleEndian.PutUint32(file[23:], (w-1)<<8|uint32(file[23]))
	binary.LittleEndian.PutUint16(file[27:], uint16(h-1))
	file[29] = byte((h - 1) >> 16)
	return file
}

// bombPNG is a whole file of side x side black pixels of one bit, all of it some
// thousand times smaller than they are.
func bombPNG(side uint32) []byte {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(make([]byte, (1+side/8)*side))
	z.Close()
	file := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(id string, body []byte) {
		file = binary.BigEndian.AppendUint32(file, uint32(len(body)))
		start := len(file)
		file = append(append(file, id...), body...)
		file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[start:]))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, side), side)
	chunk("IHDR", append(header, 1, 0, 0, 0, 0))
	chunk("IDAT", packed.Bytes())
	chunk("IEND", nil)
	return file
}

// allocated returns how many bytes f takes from the heap, given back or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestDecodeRefuses(t *testing.T) {
	img := random(40, 30)
	pngs, jpgs, lossy, lossless := pngFile(t, img), jpegFile(t, img), fromBase64(t, lossyWebP), fromBase64(t, losslessWebP)
	alpha := fromBase64(t, lossyAlphaWebP)
	bmps, tiffs := bmpFile(t, img), tiffFile(t, img)
	moved := bytes.Clone(alpha)
	moved[20] |= 1 << 1
	copy(moved[30:], "ANIM")
	arithmetic := bytes.Clone(jpgs)
	arithmetic[bytes.Index(arithmetic, []byte{0xff, 0xc0})+1] = 0xc9
	interFrame := bytes.Clone(lossy)
	interFrame[20] |= 1
	badCRC := bytes.Clone(pngs)
	badCRC[len(badCRC)-20] ^= 1

	tests := []struct {
		name string
		data []byte
		code engine.Code
		says string
	}{
		{"nothing", nil, engine.InvalidPicture, `"holiday.jpg" is empty. Choose`},
		{"text", []byte("Dear diary, today I went to the beach."), engine.InvalidPicture, `"holiday.jpg" is not a picture that this program can read. Use a JPEG, PNG, WebP, GIF, BMP or TIFF file.`},
		{"GIF without a picture", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), engine.InvalidPicture, "is damaged or incomplete"},
		{"JPEG's first bytes", jpgs[:3], engine.InvalidPicture, "is damaged or incomplete"},
		{"JPEG cut in its header", jpgs[:100], engine.InvalidPicture, "is damaged or incomplete"},
		{"PNG's first bytes", pngs[:8], engine.InvalidPicture, "is damaged or incomplete"},
		{"PNG with a wrong checksum", badCRC, engine.InvalidPicture, "is damaged or incomplete"},
		{"WebP's first bytes", lossy[:12], engine.InvalidPicture, `"holiday.jpg" is damaged or incomplete`},
		{"lossy WebP cut", lossy[:40], engine.InvalidPicture, `"holiday.jpg" is damaged or incomplete`},
		{"lossless WebP cut", lossless[:40], engine.InvalidPicture, `"holiday.jpg" is damaged or incomplete`},
		{"lossy WebP with alpha cut", alpha[:60], engine.InvalidPicture, `"holiday.jpg" is damaged or incomplete`},
		{"lossy WebP without key frame", interFrame, engine.InvalidPicture, "is damaged or incomplete"},
		{"moving WebP without a picture", moved, engine.InvalidPicture, "is damaged or incomplete (it has no picture)"},
		{"JPEG with arithmetic coding", arithmetic, engine.InvalidPicture, `"holiday.jpg" is a JPEG with arithmetic coding, which this program cannot read`},
		{"PNG that claims 100000 x 100000", claimPNG(pngs, 100000, 100000), engine.TooLarge, "has 100000 x 100000 pixels; the limit is 67 million"},
		{"PNG that claims 2147483647 x 2147483647", claimPNG(pngs, 1<<31-1, 1<<31-1), engine.InvalidPicture, "dimension overflow"},
		{"PNG that claims no pixels", claimPNG(pngs, 0, 7), engine.InvalidPicture, `"holiday.jpg" is damaged or incomplete`},
		{"JPEG that claims 65535 x 65535", claimJPEG(jpgs, 65535, 65535), engine.TooLarge, "65535 x 65535"},
		{"JPEG that claims no pixels", claimJPEG(jpgs, 0, 8), engine.InvalidPicture, `"holiday.jpg" is damaged or incomplete`},
		// Small enough by their claim, but a file this short cannot hold them.
		{"PNG that claims 8000 x 8000", claimPNG(pngs, 8000, 8000), engine.InvalidPicture, "8000 x 8000 pixels cannot be in so short a file"},
		{"JPEG that claims 8000 x 8000", claimJPEG(jpgs, 8000, 8000), engine.InvalidPicture, "8000 x 8000 pixels cannot be in so short a file"},
		{"GIF that claims 65535 x 65535", claimGIF(gifFile(t), 65535, 65535), engine.TooLarge, "65535 x 65535"},
		{"GIF that claims 8000 x 8000", claimGIF(gifFile(t), 8000, 8000), engine.InvalidPicture, "8000 x 8000 pixels cannot be in so short a file"},
		{"GIF cut", gifFile(t)[:50], engine.InvalidPicture, "is damaged or incomplete"},
		{"BMP that claims 100000 x 100000", claimBMP(bmps, 100000, 100000), engine.TooLarge, "100000 x 100000"},
		{"BMP that claims 8000 x 8000", claimBMP(bmps, 8000, 8000), engine.InvalidPicture, "8000 x 8000 pixels cannot be in so short a file"},
		{"BMP of another header", append([]byte("BM"), make([]byte, 100)...), engine.InvalidPicture, "rare kind"},
		{"TIFF that claims 100000 x 100000", claimTIFF(tiffs, 100000, 100000), engine.TooLarge, "100000 x 100000"},
		{"TIFF that claims 8000 x 8000", claimTIFF(tiffs, 8000, 8000), engine.InvalidPicture, "8000 x 8000 pixels cannot be in so short a file"},
		{"TIFF cut", tiffs[:len(tiffs)/2], engine.InvalidPicture, "is damaged or incomplete"},
		{"WebP that claims 8000 x 8000", claimWebP(alpha, 8000, 8000), engine.InvalidPicture, "8000 x 8000 pixels cannot be in so short a file"},
		{"PNG bomb of 8200 x 8200 black pixels", bombPNG(8200), engine.TooLarge, "8200 x 8200"},
		{"64 MiB and a byte", append(bytes.Clone(jpgs), make([]byte, pixel.MaxFileBytes)...), engine.TooLarge, "has 65 MiB; the limit is 64 MiB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got *image.NRGBA
			var err error
			bytes := allocated(func() {
				got, err = pixel.Decode(context.Background(), engine.File{Name: "holiday.jpg", Data: test.data})
			})
			var e *engine.Error
			if !errors.As(err, &e) || e.Code != test.code || !strings.Contains(e.Message, test.says) {
				t.Errorf("the error is %v (%v), want %s: ... %s ...", err, engine.AsError(err), test.code, test.says)
			}
			if got != nil {
				t.Errorf("there is a picture of %v", got.Rect)
			}
			if bytes > 1<<20 {
				t.Errorf("it took %d bytes", bytes)
			}
		})
	}
}

// The bomb of the table would be read if it were small enough.
func TestBombIsAPicture(t *testing.T) {
	if img := mustDecode(t, bombPNG(64)); img.Rect.Dx() != 64 || img.NRGBAAt(5, 6) != grey(0) {
		t.Errorf("it is %v", img.Rect)
	}
}

// A picture's memory follows from its pixels, whatever the kind.
func TestDecodeMemory(t *testing.T) {
	img := random(600, 400)
	for name, data := range map[string][]byte{
		"PNG": pngFile(t, img), "JPEG": jpegFile(t, img), "JPEG, turned": withExifJPEG(jpegFile(t, img), exif(binary.BigEndian, 6)),
	} {
		if got, most := allocated(func() { mustDecode(t, data) }), uint64(24*600*400); got > most {
			t.Errorf("%s: %d bytes, want at most %d", name, got, most)
		}
	}
}

func FuzzDecode(f *testing.F) {
	img := random(20, 10)
	pngs, jpgs := pngFile(f, img), jpegFile(f, img)
	for _, seed := range [][]byte{
		pngs, jpgs, cmykJPEG(1, 2, 3, 4),
		withExifJPEG(jpgs, exif(binary.BigEndian, 6)),
		withExifPNG(pngs, exif(binary.LittleEndian, 7)),
		fromBase64(f, lossyWebP), fromBase64(f, lossyAlphaWebP), fromBase64(f, losslessWebP),
		withExifWebP(fromBase64(f, losslessWebP), exif(binary.LittleEndian, 3), 3, 2),
		gifFile(f), bmpFile(f, img), tiffFile(f, img), tiffFile(f, image.NewGray16(img.Rect)),
		withProfile(f, pngs, matrixProfile(p3Columns, srgbCurve())), withProfile(f, cmykJPEG(1, 2, 3, 4), greyInks()),
		pngs[:40], []byte("text"),
	} {
		f.Add(seed)
	}
	for _, seed := range smallFiles(f) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decode(data)
		if err != nil {
			var e *engine.Error
			if !errors.As(err, &e) || e.Code != engine.InvalidPicture && e.Code != engine.TooLarge {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		w, h := got.Rect.Dx(), got.Rect.Dy()
		if w < 1 || h < 1 || w > pixel.MaxPixels/h || len(got.Pix) < (h-1)*got.Stride+4*w {
			t.Fatalf("the picture is %v of %d bytes", got.Rect, len(got.Pix))
		}
		pixel.Planes(got, 3, 2)
	})
}
