//go:build !js

package fetchtest

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
)

// A container is an HDF5 file of the format's first version, as h5py writes Keras' files
// (The HDF Group, HDF5 File Format Specification 1.1): superblock 0, object headers 1, and
// groups with a tree of one node, a heap of names and one list of symbols each. The library
// that the project reads them with writes newer ones only.
type container struct{ bytes.Buffer }

// members are what a group has, by name.
type members map[string]object

// An object is a header's address, and for a group those of its tree and heap.
type object struct{ header, tree, heap uint64 }

const undefined = math.MaxUint64

// put appends numbers and texts, low byte first, and returns where they begin.
func (c *container) put(parts ...any) uint64 {
	c.Write(make([]byte, -c.Len()&7)) // all objects begin at multiples of 8
	at := uint64(c.Len())
	for _, p := range parts {
		if text, ok := p.(string); ok {
			p = []byte(text)
		}
		if err := binary.Write(&c.Buffer, binary.LittleEndian, p); err != nil {
			panic(err) // a type without a size
		}
	}
	return at
}

// header appends an object's header of these messages, by type.
func (c *container) header(messages map[uint16][]byte) uint64 {
	var all []byte
	for _, kind := range []uint16{1, 3, 8, 17} {
		if m := messages[kind]; m != nil {
			m = append(m, make([]byte, -len(m)&7)...)
			all = binary.LittleEndian.AppendUint16(all, kind)
			all = binary.LittleEndian.AppendUint16(all, uint16(len(m)))
			all = append(append(all, 0, 0, 0, 0), m...)
		}
	}
	return c.put(uint8(1), uint8(0), uint16(len(messages)), uint32(1), uint32(len(all)), uint32(0), all)
}

// dataset appends numbers of a shape.
func (c *container) dataset(values []float32, dims ...uint64) object {
	data := c.put(values)
	space := append([]byte{1, byte(len(dims))}, make([]byte, 6)...)
	for _, d := range dims {
		space = binary.LittleEndian.AppendUint64(space, d)
	}
	// IEEE 754: sign at bit 31, 8 bits of exponent at 23, 23 of mantissa at 0, bias 127.
	kind := []byte{0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}
	layout := binary.LittleEndian.AppendUint64([]byte{3, 1}, data)
	layout = binary.LittleEndian.AppendUint64(layout, uint64(4*len(values)))
	return object{header: c.header(map[uint16][]byte{1: space, 3: kind, 8: layout})}
}

// groupLeaf is half of how many members a group can have.
const groupLeaf = 16

// group appends a group.
func (c *container) group(m members) object {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	names, symbols, last := make([]byte, 8), []byte{}, uint64(0) // the first name is empty
	for _, name := range list {
		last = uint64(len(names))
		names = append(append(names, name...), 0)
		names = append(names, make([]byte, -len(names)&7)...)
		symbols = append(symbols, m[name].symbol(last)...)
	}
	symbols = append(symbols, make([]byte, 40*2*groupLeaf-len(symbols))...)
	node := c.put("SNOD", uint8(1), uint8(0), uint16(len(list)), symbols)
	text := c.put(names)
	heap := c.put("HEAP", uint32(0), uint64(len(names)), uint64(1), text)
	const treeNode = 16
	tree := c.put("TREE", uint8(0), uint8(0), uint16(1), uint64(undefined), uint64(undefined), uint64(0), node, last, make([]uint64, 4*treeNode-2))
	table := binary.LittleEndian.AppendUint64(nil, tree)
	table = binary.LittleEndian.AppendUint64(table, heap)
	return object{c.header(map[uint16][]byte{17: table}), tree, heap}
}

// symbol is an object as a group lists it.
func (o object) symbol(name uint64) []byte {
	b := binary.LittleEndian.AppendUint64(nil, name)
	b = binary.LittleEndian.AppendUint64(b, o.header)
	cached := uint32(0)
	if o.tree != 0 {
		cached = 1
	}
	b = binary.LittleEndian.AppendUint32(b, cached)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint64(b, o.tree)
	return binary.LittleEndian.AppendUint64(b, o.heap)
}

// superblock is how a file begins, 96 bytes.
func superblock(root object, length int) []byte {
	var c container
	c.put("\x89HDF\r\n\x1a\n", []byte{0, 0, 0, 0, 0, 8, 8, 0}, uint16(groupLeaf), uint16(16), uint32(0),
		uint64(0), uint64(undefined), uint64(length), uint64(undefined), root.symbol(0))
	return c.Bytes()
}
