package label

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"io"
	"iter"
)

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	afterIHDR    = len(pngSignature) + 12 + 13
	xmpKeyword   = "XML:com.adobe.xmp" // XMP specification part 3, section 1.1.5
)

func isPNG(file []byte) bool { return bytes.HasPrefix(file, []byte(pngSignature)) }

// chunksPNG goes over the chunks before the pixels, of which the specification has
// all that is looked for here but text, and Insert puts that there too.
func chunksPNG(file []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for at := uint64(len(pngSignature)); ; {
			head, ok := cut(file, at, 8)
			if !ok || string(head[4:]) == "IDAT" {
				return
			}
			n := uint64(binary.BigEndian.Uint32(head))
			body, ok := cut(file, at+8, n)
			if !ok || !yield(string(head[4:]), body) {
				return
			}
			at += 12 + n
		}
	}
}

func getPNG(file []byte, w what) []byte {
	for id, body := range chunksPNG(file) {
		switch {
		case w == xmp && id == "iTXt":
			if text, ok := bytes.CutPrefix(body, []byte(xmpKeyword+"\x00\x00\x00")); ok { // not compressed
				_, text, _ = bytes.Cut(text, []byte{0}) // language
				_, text, _ = bytes.Cut(text, []byte{0}) // translated keyword
				return text
			}
		case w == icc && id == "iCCP":
			if _, packed, ok := bytes.Cut(body, []byte{0}); ok && len(packed) > 0 && packed[0] == 0 {
				return unpacked(packed[1:])
			}
		}
	}
	return nil
}

// unpacked inflates as much as a profile may have, and nil if it is broken.
func unpacked(packed []byte) []byte {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(z, most+1))
	if err != nil {
		return nil
	}
	return profile
}

// putPNG puts no profile in, which would have to be compressed, and in a page be weight
// to carry: SetSRGB says all that is said here of colours.
func putPNG(file []byte, w what, body []byte) ([]byte, error) {
	if len(file) < afterIHDR || w != xmp {
		return nil, errMalformed
	}
	return inserted(file, afterIHDR, chunkPNG("iTXt", []byte(xmpKeyword+"\x00\x00\x00\x00\x00"), body)), nil
}

func chunkPNG(id string, parts ...[]byte) []byte {
	named := append([]byte(id), bytes.Join(parts, nil)...)
	chunk := append(binary.BigEndian.AppendUint32(nil, uint32(len(named)-4)), named...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(named))
}

// Coding-independent code points (ITU-T H.273) of whole-range RGB: primaries, transfer
// function, matrix, range. Both have the transfer function of sRGB.
var (
	cicpSRGB      = []byte{1, 13, 0, 1}
	cicpDisplayP3 = []byte{12, 13, 0, 1}
)

// SetSRGB returns the PNG file with the chunks that say its colours are sRGB.
func SetSRGB(file []byte) ([]byte, error) {
	if !isPNG(file) || len(file) < afterIHDR {
		return nil, errMalformed
	}
	const perceptual = 0
	return inserted(file, afterIHDR, chunkPNG("cICP", cicpSRGB), chunkPNG("sRGB", []byte{perceptual})), nil
}

// A CodedSpace is what a PNG's cICP chunk says of its colours. It goes before a profile.
type CodedSpace int

const (
	Uncoded    CodedSpace = iota // nothing
	SRGB                         //
	DisplayP3                    //
	OtherSpace                   // one that is not converted here
)

// Coded returns what the file's cICP chunk says.
func Coded(file []byte) CodedSpace {
	if !isPNG(file) {
		return Uncoded
	}
	for id, body := range chunksPNG(file) {
		switch {
		case id != "cICP":
		case bytes.Equal(body, cicpSRGB):
			return SRGB
		case bytes.Equal(body, cicpDisplayP3):
			return DisplayP3
		default:
			return OtherSpace
		}
	}
	return Uncoded
}
