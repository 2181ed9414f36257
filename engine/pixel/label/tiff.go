package label

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// Tags, of XMP (specification part 3, section 3.2.3) and ICC (ICC.1:2022, annex B.3).
var tiffTag = map[what]uint16{xmp: 700, icc: 34675}

func isTIFF(file []byte) bool {
	return bytes.HasPrefix(file, []byte("II*\x00")) || bytes.HasPrefix(file, []byte("MM\x00*"))
}

type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

const entrySize = 12 // of a directory: tag, type, count, value or where it is

// directory returns the entries of the first picture in the file.
func directory(file []byte) (byteOrder, []byte) {
	var order byteOrder = binary.LittleEndian
	if file[0] == 'M' {
		order = binary.BigEndian
	}
	head, ok := cut(file, 4, 4)
	if !ok {
		return order, nil
	}
	at := uint64(order.Uint32(head))
	count, ok := cut(file, at, 2)
	if !ok {
		return order, nil
	}
	entries, _ := cut(file, at+2, entrySize*uint64(order.Uint16(count)))
	return order, entries
}

func getTIFF(file []byte, w what) []byte {
	order, entries := directory(file)
	for e := range slices.Chunk(entries, entrySize) {
		if order.Uint16(e) == tiffTag[w] {
			const byteSized, undefined = 1, 7
			if kind := order.Uint16(e[2:]); kind != byteSized && kind != undefined {
				return nil
			}
			body, _ := cut(file, uint64(order.Uint32(e[8:])), uint64(order.Uint32(e[4:])))
			return body
		}
	}
	return nil
}

// putTIFF writes the body and a new directory behind all that is there, and points the
// header to it. Only the first picture is kept.
func putTIFF(file []byte, w what, body []byte) ([]byte, error) {
	order, entries := directory(file)
	tag := tiffTag[w]
	if entries == nil || len(body) <= 4 || len(file)+len(body)+len(entries) > math.MaxUint32-64 {
		return nil, errMalformed
	}
	grown := append(bytes.Clone(file), make([]byte, len(file)&1)...) // values begin at even places
	var all [][]byte
	for e := range slices.Chunk(entries, entrySize) {
		if order.Uint16(e) != tag {
			all = append(all, e)
		}
	}
	const undefined = 7
	e := order.AppendUint16(nil, tag)
	e = order.AppendUint16(e, undefined)
	e = order.AppendUint32(e, uint32(len(body)))
	e = order.AppendUint32(e, uint32(len(grown)))
	all = append(all, e)
	slices.SortFunc(all, func(a, b []byte) int { return int(order.Uint16(a)) - int(order.Uint16(b)) })
	grown = append(grown, body...)
	grown = append(grown, make([]byte, len(grown)&1)...)
	order.PutUint32(grown[4:], uint32(len(grown)))
	grown = order.AppendUint16(grown, uint16(len(all)))
	grown = append(grown, bytes.Join(all, nil)...)
	return order.AppendUint32(grown, 0), nil
}
