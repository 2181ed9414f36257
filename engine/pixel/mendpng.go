//go:build !js || pictures

package pixel

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"

	"trappedinart/engine"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// mendedPNG mends a file with faults in chunks that the picture does not need, or whose end
// is missing: it leaves the chunks that do matter, and fills what is missing of the
// packed rows by zeros.
func mendedPNG(f engine.File, size sizer) iter.Seq2[[]byte, string] {
	return func(yield func([]byte, string) bool) {
		p := partsOfPNG(f.Data)
		if !p.sound { // what was changed is not known, nor from what
			return
		}
		kept := p.file(p.rows)
		claimed, err := size(kept)
		if err != nil {
			return
		}
		fault := "has a fault in the data beside the picture"
		if !p.ended {
			fault = "lacks its end"
		}
		if !yield(kept, fmt.Sprintf("%q %s. The picture is complete.", f.Name, fault)) {
			return
		}
		need := p.rawBytes(claimed.Width, claimed.Height)
		raw, there := inflated(p.rows, need)
		if there == 0 {
			return
		}
		note := fmt.Sprintf("%q lacks its end. The picture is complete.", f.Name)
		if there < need {
			note = fmt.Sprintf("%q is cut short: %d%% of the picture is missing and filled with one colour.", f.Name, (100*(need-there)+need-1)/need)
		}
		yield(p.file(deflated(raw)), note)
	}
}

// pngParts are the chunks of a PNG that its pixels need.
type pngParts struct {
	header []byte   // of IHDR
	colour [][]byte // PLTE and tRNS, whole chunks
	rows   []byte   // all of IDAT
	ended  bool
	sound  bool // the checksums of these chunks are right, but of one that is cut
}

func partsOfPNG(file []byte) (p pngParts) {
	p.sound = true
	for at := len(pngSignature); at+8 <= len(file); {
		n := uint64(binary.BigEndian.Uint32(file[at:]))
		id := string(file[at+4 : at+8])
		rest := file[at+8:]
		whole := n+4 <= uint64(len(rest))
		body := rest[:min(n, uint64(len(rest)))]
		right := whole && crc32.ChecksumIEEE(file[at+4:at+8+int(n)]) == binary.BigEndian.Uint32(rest[n:])
		switch id {
		case "IHDR":
			p.header = body
		case "PLTE", "tRNS":
			if right {
				p.colour = append(p.colour, file[at:at+12+int(n)])
			}
		case "IDAT":
			p.rows = append(p.rows, body...)
		case "IEND":
			p.ended = true
			return p
		}
		if whole && !right && (id == "IHDR" || id == "PLTE" || id == "IDAT") {
			p.sound = false
		}
		if !whole {
			return p
		}
		at += 12 + int(n)
	}
	return p
}

// file is one of these parts, and rows.
func (p *pngParts) file(rows []byte) []byte {
	out := append([]byte(pngSignature), chunkPNG("IHDR", p.header)...)
	for _, c := range p.colour {
		out = append(out, c...)
	}
	return append(append(out, chunkPNG("IDAT", rows)...), chunkPNG("IEND", nil)...)
}

func chunkPNG(id string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, id...), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// rawBytes is how many bytes the rows have, unpacked, with a byte for the filter of each:
// the PNG specification, sections 7.2 and 8.
func (p *pngParts) rawBytes(w, h int) int {
	depth, interlaced := int(p.header[8]), p.header[12] != 0
	samples := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[p.header[9]]
	rows := func(w, h int) int {
		if w == 0 || h == 0 {
			return 0
		}
		return (1 + (w*samples*depth+7)/8) * h
	}
	if !interlaced {
		return rows(w, h)
	}
	n := 0
	for _, pass := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		n += rows(max(w-pass[0]+pass[2]-1, 0)/pass[2], max(h-pass[1]+pass[3]-1, 0)/pass[3])
	}
	return n
}

// inflated unpacks as much as is there, of at most n bytes, to n bytes. Data that are broken, and
// not only cut, have nothing that can be trusted.
func inflated(packed []byte, n int) (raw []byte, there int) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, 0
	}
	raw = make([]byte, n)
	for there < n && err == nil {
		var read int
		read, err = z.Read(raw[there:])
		there += read
	}
	if err == nil {
		_, err = z.Read(make([]byte, 1)) // finds the end, and its checksum
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, 0
	}
	return raw, there
}

func deflated(raw []byte) []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestSpeed) // which fails for other levels
	_, _ = z.Write(raw)                             // a buffer takes all
	_ = z.Close()
	return b.Bytes()
}
