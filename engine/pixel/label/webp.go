package label

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Bits of the VP8X chunk: RFC 9649, section 2.7.1.
const (
	bitXMP   = 1 << 2
	bitAlpha = 1 << 4
	bitICC   = 1 << 5
)

func isWebP(file []byte) bool {
	return len(file) >= 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP"
}

func chunksWebP(file []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for at := uint64(12); ; {
			head, ok := cut(file, at, 8)
			if !ok {
				return
			}
			n := uint64(binary.LittleEndian.Uint32(head[4:]))
			body, ok := cut(file, at+8, n)
			if !ok || !yield(string(head[:4]), body) {
				return
			}
			at += 8 + n + n&1
		}
	}
}

var webpID = map[what]string{xmp: "XMP ", icc: "ICCP"}

func getWebP(file []byte, w what) []byte {
	for id, body := range chunksWebP(file) {
		if id == webpID[w] {
			return body
		}
	}
	return nil
}

// putWebP makes an extended file of a plain one where it must: only that can hold
// more than pixels. A profile comes before them and a packet after.
func putWebP(file []byte, w what, body []byte) ([]byte, error) {
	var head, before, after []byte
	for id, b := range chunksWebP(file) {
		switch {
		case id == webpID[w]:
		case id == "VP8X" && len(b) == 10:
			head = bytes.Clone(b)
		case id == "XMP ":
			after = append(after, chunkWebP(id, b)...)
		default:
			if head == nil {
				if head = extended(id, b); head == nil {
					return nil, errMalformed
				}
			}
			before = append(before, chunkWebP(id, b)...)
		}
	}
	if before == nil {
		return nil, errMalformed
	}
	if w == xmp {
		head[0] |= bitXMP
		after = chunkWebP(webpID[xmp], body)
	} else {
		head[0] |= bitICC
		before = append(chunkWebP(webpID[icc], body), before...)
	}
	return chunkWebP("RIFF", []byte("WEBP"), chunkWebP("VP8X", head), before, after), nil
}

// extended returns the body of the VP8X chunk for a plain file, whose only chunk says
// its size: RFC 9649, sections 2.5 and 3.4, and RFC 6386, section 9.1.
func extended(id string, b []byte) []byte {
	const side = 1<<14 - 1
	head := make([]byte, 10)
	var w, h uint32 // less one
	switch {
	case id == "VP8L" && len(b) >= 5:
		bits := binary.LittleEndian.Uint32(b[1:])
		w, h = bits&side, bits>>14&side
		if bits>>28&1 != 0 {
			head[0] |= bitAlpha
		}
	case id == "VP8 " && len(b) >= 10:
		w, h = uint32(binary.LittleEndian.Uint16(b[6:]))&side-1, uint32(binary.LittleEndian.Uint16(b[8:]))&side-1
	default:
		return nil
	}
	put24 := func(b []byte, v uint32) { b[0], b[1], b[2] = byte(v), byte(v>>8), byte(v>>16) }
	put24(head[4:], w)
	put24(head[7:], h)
	return head
}

func chunkWebP(id string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	chunk := append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body))), body...)
	return append(chunk, make([]byte, len(body)&1)...)
}
