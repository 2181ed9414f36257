package label

import (
	"bytes"
	"encoding/binary"
	"iter"
)

// Markers of segments.
const (
	app0 = 0xe0
	app1 = 0xe1
	app2 = 0xe2
	sos  = 0xda // start of scan: pixels
)

const (
	xmpPrefix = "http://ns.adobe.com/xap/1.0/\x00" // XMP specification part 3, section 1.1.3
	iccPrefix = "ICC_PROFILE\x00"                  // ICC.1:2022, annex B.4
)

func isJPEG(file []byte) bool { return bytes.HasPrefix(file, []byte("\xff\xd8\xff")) }

// segments goes over the segments before the pixels.
func segments(file []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		for at := uint64(2); ; {
			head, ok := cut(file, at, 4)
			if !ok || head[0] != 0xff || head[1] == sos {
				return
			}
			if head[1] == 0xff { // padding
				at++
				continue
			}
			n := uint64(binary.BigEndian.Uint16(head[2:])) // with its own two bytes
			body, ok := cut(file, at+4, n-2)
			if n < 2 || !ok || !yield(head[1], body) {
				return
			}
			at += 2 + n
		}
	}
}

// PlainJPEG says whether the frame is of a kind that package image/jpeg reads: Huffman-coded,
// sequential or progressive, with 8 bits to a sample (ITU-T T.81, table B.1).
func PlainJPEG(file []byte) bool {
	for marker, body := range segments(file) {
		if marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc {
			return marker <= 0xc2 && len(body) > 0 && body[0] == 8
		}
	}
	return true // it has none that is found this way
}

func getJPEG(file []byte, w what) []byte {
	var profile [256][]byte
	parts := 0
	for marker, body := range segments(file) {
		switch {
		case w == xmp && marker == app1:
			if packet, ok := bytes.CutPrefix(body, []byte(xmpPrefix)); ok {
				return packet
			}
		case w == icc && marker == app2:
			if part, ok := bytes.CutPrefix(body, []byte(iccPrefix)); ok && len(part) >= 2 && profile[part[0]] == nil {
				profile[part[0]], parts = part[2:], int(part[1])
			}
		}
	}
	if parts == 0 {
		return nil
	}
	return bytes.Join(profile[1:parts+1], nil)
}

func putJPEG(file []byte, w what, body []byte) ([]byte, error) {
	const longest = 0xffff - 2
	at, rest := 2, body
	if len(file) > 6 && file[3] == app0 { // JFIF wants to be first
		at = 4 + int(binary.BigEndian.Uint16(file[4:]))
	}
	if at > len(file) {
		return nil, errMalformed
	}
	if w == xmp {
		if len(xmpPrefix)+len(body) > longest {
			return nil, errMalformed
		}
		return inserted(file, at, segment(app1, []byte(xmpPrefix), body)), nil
	}
	const part = longest - len(iccPrefix) - 2
	count := (len(body) + part - 1) / part
	if count > 255 {
		return nil, errMalformed
	}
	var all []byte
	for i := 1; i <= count; i++ {
		n := min(part, len(rest))
		all = append(all, segment(app2, []byte(iccPrefix), []byte{byte(i), byte(count)}, rest[:n])...)
		rest = rest[n:]
	}
	return inserted(file, at, all), nil
}

func segment(marker byte, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(body))), body...)
}
