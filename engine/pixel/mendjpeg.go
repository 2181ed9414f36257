//go:build !js || pictures

package pixel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"trappedinart/engine"
)

// Markers of JPEG's segments: ITU-T T.81, table B.1.
const (
	sof0 = 0xc0 // baseline; those after it are other kinds
	sof2 = 0xc2 // progressive
	dht  = 0xc4
	rst0 = 0xd0
	eoi  = 0xd9
	sos  = 0xda
	dri  = 0xdd
)

// mendedJPEG mends a file whose end is missing. Package jpeg wants every block, and an end
// mark: it gets the blocks that are there, and for the others codes that say no more than
// "like the one before".
func mendedJPEG(f engine.File, size sizer) iter.Seq2[[]byte, string] {
	return func(yield func([]byte, string) bool) {
		if _, err := size(f.Data); err != nil {
			return
		}
		ended := func(data []byte) []byte { return append(slices.Clip(data), 0xff, eoi) }
		if !yield(ended(f.Data), fmt.Sprintf("%q lacks its end mark. The picture is complete.", f.Name)) {
			return
		}
		head := headOfJPEG(f.Data)
		if n := len(head.scans); n > 1 {
			if !yield(ended(f.Data[:head.scans[n-1]]), fmt.Sprintf("%q is cut short: its finest details are missing.", f.Name)) {
				return
			}
		}
		if whole, rows := head.filled(f.Data); whole != nil {
			yield(whole, fmt.Sprintf("%q is cut short: the lowest %d of its %d rows are missing and filled with one colour.", f.Name, head.h-rows, head.h))
		}
	}
}

// kindOfJPEG says what kind of JPEG it is that package jpeg does not read.
func kindOfJPEG(data []byte) string {
	head := headOfJPEG(data)
	switch {
	case head.frame >= 0xc9 && head.frame <= 0xcf:
		return "a JPEG with arithmetic coding"
	case head.frame == 0xc3:
		return "a lossless JPEG"
	case head.frame > 0xc4 && head.frame < 0xc8:
		return "a hierarchical JPEG"
	case head.bits != 8 && head.bits != 0:
		return fmt.Sprintf("a JPEG with %d bits to a sample", head.bits)
	}
	return "a rare kind of JPEG"
}

// jpegHead is what a JPEG file says before and between its scans.
type jpegHead struct {
	frame      byte // the marker of its frame: which kind it is
	bits, w, h int
	parts      []jpegPart // of the frame
	scan       []jpegPart // of the first scan
	start      int        // of the first scan's codes
	scans      []int      // where the scans' markers are
	interval   int        // MCUs between restart markers, or 0
	tables     [2][4]*huffman
}

// A jpegPart is a component: its blocks in an MCU, and its tables for DC and AC.
type jpegPart struct {
	id     byte
	h, v   int
	dc, ac *huffman
}

// headOfJPEG reads as far as the file makes sense.
func headOfJPEG(data []byte) (j jpegHead) {
	for at := 2; ; {
		mark := bytes.IndexByte(data[min(at, len(data)):], 0xff)
		if mark < 0 {
			return j
		}
		at += mark
		if at+4 > len(data) {
			return j
		}
		marker := data[at+1]
		if marker == 0 || marker == 0xff || marker == 1 || marker >= rst0 && marker < rst0+8 {
			at++ // codes, or fill
			continue
		}
		if marker == eoi {
			return j
		}
		n := int(binary.BigEndian.Uint16(data[at+2:]))
		if n < 2 || at+2+n > len(data) {
			return j
		}
		j.segment(marker, at, data[at+4:at+2+n])
		at += 2 + n
	}
}

func (j *jpegHead) segment(marker byte, at int, body []byte) {
	first := len(j.scans) == 0
	switch {
	case marker == dht && first:
		j.readTables(body)
	case marker == dri && first && len(body) >= 2:
		j.interval = int(binary.BigEndian.Uint16(body))
	case marker == sos:
		j.scans = append(j.scans, at)
		if first && len(body) > 0 && len(body) >= 1+2*int(body[0]) {
			j.start = at + 4 + len(body)
			for c := range slices.Chunk(body[1:1+2*int(body[0])], 2) {
				if i := slices.IndexFunc(j.parts, func(p jpegPart) bool { return p.id == c[0] }); i >= 0 {
					p := j.parts[i]
					p.dc, p.ac = j.tables[0][c[1]>>4&3], j.tables[1][c[1]&3]
					j.scan = append(j.scan, p)
				}
			}
		}
	case marker >= sof0 && marker <= 0xcf && marker != dht && marker != 0xc8 && marker != 0xcc && j.frame == 0 && len(body) >= 6:
		j.frame, j.bits = marker, int(body[0])
		j.h, j.w = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
		for c := range slices.Chunk(body[6:], 3) {
			if len(c) == 3 {
				j.parts = append(j.parts, jpegPart{id: c[0], h: int(c[1] >> 4), v: int(c[1] & 15)})
			}
		}
		if len(j.parts) == 1 { // its MCU is a block, whatever it says: T.81, A.2.2
			j.parts[0].h, j.parts[0].v = 1, 1
		}
	}
}

func (j *jpegHead) readTables(body []byte) {
	for len(body) >= 17 {
		n := 0
		for _, c := range body[1:17] {
			n += int(c)
		}
		if len(body) < 17+n {
			return
		}
		j.tables[body[0]>>4&1][body[0]&3] = newHuffman(body[1:17], body[17:17+n])
		body = body[17+n:]
	}
}

// filled returns the file with all of its first scan, and how many rows of pixels were
// there; or nil if there is nothing, or the scan has not all components.
func (j *jpegHead) filled(data []byte) (whole []byte, rows int) {
	if j.start == 0 || j.frame > sof2 || len(j.scan) != len(j.parts) || len(j.scan) == 0 {
		return nil, 0
	}
	wide, high := 0, 0
	for _, p := range j.scan {
		if p.h < 1 || p.v < 1 || p.dc == nil || p.ac == nil && j.frame != sof2 {
			return nil, 0
		}
		wide, high = max(wide, 8*p.h), max(high, 8*p.v)
	}
	across := (j.w + wide - 1) / wide
	total := across * ((j.h + high - 1) / high)
	codes := &bitReader{data: data, at: j.start}
	good, end := 0, *codes
	for good < total && (good == 0 || j.interval == 0 || good%j.interval != 0 || codes.restart()) && j.skipMCU(codes) {
		good, end = good+1, *codes
	}
	if good == 0 {
		return nil, 0
	}
	out := &bitWriter{out: slices.Clone(data[:end.at])}
	if end.bit > 0 {
		out.put(uint(data[end.at]>>(8-end.bit)), end.bit)
	}
	for m := good; m < total; m++ {
		if j.interval > 0 && m%j.interval == 0 {
			out.align()
			out.out = append(out.out, 0xff, rst0+byte((m/j.interval-1)%8))
		}
		if !j.putMCU(out, m%2 == 0) {
			return nil, 0
		}
	}
	out.align()
	return append(out.out, 0xff, eoi), good / across * high
}

// skipMCU reads over one MCU: T.81, F.2.2. A progressive picture's first scan has DC only.
func (j *jpegHead) skipMCU(r *bitReader) bool {
	for _, p := range j.scan {
		for range p.h * p.v {
			size, ok := p.dc.read(r)
			if !ok || !r.skip(int(size&15)) {
				return false
			}
			for k := 1; k < 64 && j.frame != sof2; k++ {
				s, ok := p.ac.read(r)
				if !ok || !r.skip(int(s&15)) {
					return false
				}
				if s&15 == 0 && s>>4 != 15 {
					break // end of block
				}
				k += int(s >> 4)
			}
		}
	}
	return true
}

// putMCU writes an MCU that is even, and as the one before. A table that was made for the
// picture may have no code for "no difference": then they go up and down by the least.
func (j *jpegHead) putMCU(w *bitWriter, odd bool) bool {
	for _, p := range j.scan {
		for range p.h * p.v {
			size := 0
			for !p.dc.write(w, byte(size)) {
				if size++; size > 11 {
					return false
				}
			}
			if size > 0 { // T.81, F.1.2.1: the least of that size, below and above 0
				difference := uint(1) << (size - 1)
				if odd {
					difference--
				}
				w.put(difference, size)
			}
			odd = !odd
			if j.frame != sof2 && !p.ac.write(w, 0) {
				return false
			}
		}
	}
	return true
}
