package film

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
)

// Elements of WebM, which is Matroska: RFC 8794 has their form, RFC 9559 what they are.
var (
	headerID   = []byte{0x1a, 0x45, 0xdf, 0xa3}
	segmentID  = []byte{0x18, 0x53, 0x80, 0x67}
	seekHeadID = []byte{0x11, 0x4d, 0x9b, 0x74}
	infoID     = []byte{0x15, 0x49, 0xa9, 0x66}
	durationID = []byte{0x44, 0x89}
)

// withDuration returns a WebM file that says how long it is, in milliseconds. Browsers that write as they
// record do not know it when they begin: Firefox 153 leaves a 0, Chromium left it out until it began to
// write sizes and positions in the end. A file of any other form is not changed: it plays all the same.
func withDuration(file []byte, milliseconds float64) []byte {
	header, ok := element(file, headerID)
	if !ok || header.size < 0 {
		return file
	}
	at := header.end()
	segment, ok := element(file[at:], segmentID)
	if !ok || segment.size >= 0 { // where sizes are known, so may be positions
		return file
	}
	at += segment.body
	if positions, ok := element(file[at:], seekHeadID); ok && positions.size == 0 {
		at += positions.body
	}
	info, ok := element(file[at:], infoID)
	if !ok || info.size < 0 {
		return file
	}
	content := slices.Clone(file[at+info.body : at+info.end()])
	value := binary.BigEndian.AppendUint64(nil, math.Float64bits(milliseconds))
	switch was, there := durationIn(content); {
	case !there:
		content = append(append(append(content, durationID...), 0x80|byte(len(value))), value...)
	case bytes.Equal(was, make([]byte, len(value))):
		copy(was, value)
	default:
		return file
	}
	out := append(slices.Clone(file[:at]), infoID...)
	out = binary.BigEndian.AppendUint64(out, 1<<56|uint64(len(content)))
	return append(append(out, content...), file[at+info.end():]...)
}

// durationIn returns the bytes of the duration, if it is among the elements of an info.
func durationIn(info []byte) (value []byte, there bool) {
	for len(info) > 0 {
		id := info[:min(len(info), bits.LeadingZeros8(info[0])+1)]
		e, ok := element(info, id)
		if !ok || e.size < 0 {
			return nil, true // of another form: hands off
		}
		if bytes.Equal(id, durationID) {
			return info[e.body:e.end()], true
		}
		info = info[e.end():]
	}
	return nil, false
}

// A found element begins its body there, which has so many bytes, or -1 if that is not known.
type found struct{ body, size int }

func (f found) end() int { return f.body + f.size }

// element reads the head of the element of that name, if data begins with one, and has all of it.
func element(data, id []byte) (found, bool) {
	rest, ok := bytes.CutPrefix(data, id)
	if !ok || len(rest) == 0 || rest[0] == 0 {
		return found{}, false
	}
	length := bits.LeadingZeros8(rest[0]) + 1
	if len(rest) < length {
		return found{}, false
	}
	size := uint64(rest[0]) & (0x80>>(length-1) - 1)
	for _, b := range rest[1:length] {
		size = size<<8 | uint64(b)
	}
	f := found{len(id) + length, -1}
	if size != 1<<(7*length)-1 {
		if size > uint64(len(data)-f.body) { // it is cut short
			return found{}, false
		}
		f.size = int(size)
	}
	return f, true
}
