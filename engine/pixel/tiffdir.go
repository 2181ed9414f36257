//go:build !js || pictures

package pixel

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
)

// Tags of TIFF 6.0, and of its technical notes (tables of JPEG).
const (
	tagWidth, tagLength          = 256, 257
	tagBits, tagCompression      = 258, 259
	tagPhotometric, tagFillOrder = 262, 266
	tagStrips, tagStripBytes     = 273, 279
	tagOrientation, tagSamples   = 274, 277
	tagRows, tagPlanar           = 278, 284
	tagPredictor, tagColours     = 317, 320
	tagFaxOptions                = 292
	tagTileWidth, tagTileLength  = 322, 323
	tagTiles, tagTileBytes       = 324, 325
	tagInks, tagExtra            = 332, 338
	tagFormat, tagTables         = 339, 347
	tagOldJPEG, tagOldJPEGBytes  = 513, 514
	tagSubsampling, tagLimits    = 530, 532
)

// Types of values, with the bytes of each.
const (
	tiffByte, tiffShort, tiffLong, tiffLong8 = 1, 3, 4, 16
)

var tiffSizes = [...]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

type tiffEntry struct {
	tag, kind uint16
	body      []byte
}

type tiffOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// A tiffDir is the directory of the first picture in a TIFF or BigTIFF file.
type tiffDir struct {
	data    []byte
	order   tiffOrder
	big     bool
	entries []tiffEntry
}

var errTIFF = errors.New("its directory is broken")

// mostTIFF is how many numbers a tag may have: as many strips or tiles are more than any
// picture needs, and each takes memory and time.
const mostTIFF = 1 << 20

// readTIFF reads the directory. Values that are not all in the file are left out.
func readTIFF(data []byte) (*tiffDir, error) {
	if len(data) < 16 {
		return nil, errTIFF
	}
	d := &tiffDir{data: data, order: binary.LittleEndian, big: data[2]+data[3] == '+'}
	if data[0] == 'M' {
		d.order = binary.BigEndian
	}
	at, head, entry := uint64(d.order.Uint32(data[4:])), uint64(2), uint64(12)
	if d.big {
		at, head, entry = d.order.Uint64(data[8:]), 8, 20
	}
	n := uint64(len(data))
	if at > n || n-at < head {
		return nil, errTIFF
	}
	count := uint64(d.order.Uint16(data[at:]))
	if d.big {
		count = d.order.Uint64(data[at:])
	}
	if count > 1<<16 || count*entry > n-at-head {
		return nil, errTIFF
	}
	left := n + 1<<16 // values that overlap are not to fill the memory
	for e := range slices.Chunk(data[at+head:][:count*entry], int(entry)) {
		v, ok := d.entry(e)
		if !ok {
			continue
		}
		if uint64(len(v.body)) > left {
			return nil, errTIFF
		}
		left -= uint64(len(v.body))
		d.entries = append(d.entries, v)
	}
	slices.SortStableFunc(d.entries, func(a, b tiffEntry) int { return cmp.Compare(a.tag, b.tag) })
	d.entries = slices.CompactFunc(d.entries, func(a, b tiffEntry) bool { return a.tag == b.tag })
	return d, nil
}

func (d *tiffDir) entry(e []byte) (v tiffEntry, ok bool) {
	v.tag, v.kind = d.order.Uint16(e), d.order.Uint16(e[2:])
	if int(v.kind) >= len(tiffSizes) || tiffSizes[v.kind] == 0 {
		return v, false
	}
	count, inline := uint64(d.order.Uint32(e[4:])), e[8:]
	if d.big {
		count, inline = d.order.Uint64(e[4:]), e[12:]
	}
	n := uint64(len(d.data))
	if count > n {
		return v, false
	}
	if v.tag <= tagLimits && count > mostTIFF {
		return v, false
	}
	size := count * uint64(tiffSizes[v.kind])
	if size <= uint64(len(inline)) {
		v.body = inline[:size]
		return v, true
	}
	at := uint64(d.order.Uint32(inline))
	if d.big {
		at = d.order.Uint64(inline)
	}
	if at > n || size > n-at {
		return v, false
	}
	v.body = d.data[at:][:size]
	return v, true
}

// numbers returns the values of a tag, nil if it has none.
func (d *tiffDir) numbers(tag uint16) []int {
	i := slices.IndexFunc(d.entries, func(e tiffEntry) bool { return e.tag == tag })
	if i < 0 {
		return nil
	}
	e := d.entries[i]
	if e.kind != tiffByte && e.kind != tiffShort && e.kind != tiffLong && e.kind != tiffLong8 {
		return nil
	}
	list := make([]int, 0, len(e.body)/tiffSizes[e.kind])
	for v := range slices.Chunk(e.body, tiffSizes[e.kind]) {
		switch e.kind {
		case tiffByte:
			list = append(list, int(v[0]))
		case tiffShort:
			list = append(list, int(d.order.Uint16(v)))
		case tiffLong:
			list = append(list, int(d.order.Uint32(v)))
		default:
			list = append(list, int(min(d.order.Uint64(v), 1<<62)))
		}
	}
	return list
}

// number returns the first value of a tag, or what it is where it is not said.
func (d *tiffDir) number(tag uint16, otherwise int) int {
	if list := d.numbers(tag); len(list) > 0 {
		return list[0]
	}
	return otherwise
}

func (d *tiffDir) bytes(tag uint16) []byte {
	for _, e := range d.entries {
		if e.tag == tag {
			return e.body
		}
	}
	return nil
}

// long makes an entry of numbers.
func (d *tiffDir) long(tag uint16, values ...int) tiffEntry {
	e := tiffEntry{tag: tag, kind: tiffLong}
	for _, v := range values {
		e.body = d.order.AppendUint32(e.body, uint32(min(v, 0xffffffff)))
	}
	return e
}

// file returns a plain TIFF file of the same data with these entries for a directory, in
// the order of their tags, behind all that is there.
func (d *tiffDir) file(entries []tiffEntry) []byte {
	out := append(bytes.Clone(d.data), make([]byte, len(d.data)&1)...) // values begin at even places
	list := d.order.AppendUint16(nil, uint16(len(entries)))
	for _, e := range entries {
		list = d.order.AppendUint16(d.order.AppendUint16(list, e.tag), e.kind)
		list = d.order.AppendUint32(list, uint32(len(e.body)/tiffSizes[e.kind]))
		if len(e.body) <= 4 {
			list = append(append(list, e.body...), make([]byte, 4-len(e.body))...)
			continue
		}
		list = d.order.AppendUint32(list, uint32(len(out)))
		out = append(append(out, e.body...), make([]byte, len(e.body)&1)...)
	}
	d.order.PutUint16(out[2:], 42)
	d.order.PutUint32(out[4:], uint32(len(out)))
	return append(append(out, list...), 0, 0, 0, 0)
}

// classicTIFF returns a BigTIFF file as a plain one, which all others here and in package
// tiff read: no file is so long as to need the larger numbers. Others stay as they are.
func classicTIFF(data []byte) []byte {
	d, err := readTIFF(data)
	if err != nil || !d.big {
		return data
	}
	var entries []tiffEntry
	for _, e := range d.entries {
		switch e.kind {
		case tiffLong8:
			entries = append(entries, d.long(e.tag, d.numbers(e.tag)...))
		case 17, 18: // other numbers of 8 bytes
		default:
			entries = append(entries, e)
		}
	}
	return d.file(entries)
}

// orientationTIFF returns the orientation that the directory says, as of EXIF.
func orientationTIFF(data []byte) int {
	if d, err := readTIFF(data); err == nil {
		if o := d.number(tagOrientation, 1); o >= 1 && o <= 8 {
			return o
		}
	}
	return 1
}
