package film

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Elements of WebM, which is Matroska: RFC 8794 has their form, RFC 9559 what they are.
var (
	headerID   = []byte{0x1a, 0x45, 0xdf, 0xa3}
	segmentID  = []byte{0x18, 0x53, 0x80, 0x67}
	infoID     = []byte{0x15, 0x49, 0xa9, 0x66}
	durationID = []byte{0x44, 0x89}
)

// withDuration returns a WebM file that says how long it is, in milliseconds, which browsers leave out
// of what they record, as they do not know it when they begin. Of a file that has another form, or says
// it already, nothing is changed: it plays all the same.
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
	info, ok := element(file[at:], infoID)
	if !ok || info.size < 0 || bytes.Contains(file[at+info.body:at+info.end()], durationID) {
		return file
	}
	content := append([]byte{}, file[at+info.body:at+info.end()]...)
	content = append(append(content, durationID...), 0x88)
	content = binary.BigEndian.AppendUint64(content, math.Float64bits(milliseconds))
	out := append([]byte{}, file[:at]...)
	out = append(out, infoID...)
	out = binary.BigEndian.AppendUint64(out, 1<<56|uint64(len(content)))
	return append(append(out, content...), file[at+info.end():]...)
}

// A found element begins its body there, which has so many bytes, or -1 if that is not known.
type found struct{ body, size int }

func (f found) end() int { return f.body + f.size }

// element reads the head of the element of that name, if data begins with one.
func element(data, id []byte) (found, bool) {
	rest, ok := bytes.CutPrefix(data, id)
	if !ok || len(rest) == 0 || rest[0] == 0 {
		return found{}, false
	}
	length := 1
	for rest[0]&(0x80>>(length-1)) == 0 {
		length++
	}
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
