//go:build !js

package importer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"trappedinart/engine"
)

const hdf5File = "no .h5 file as Keras writes it"

// Bounds of an outline. Keras' VGG-19 takes 50 KiB beside its numbers.
const (
	maxOutline = 512 << 10 // bytes, where each message counts as 64 at least
	maxNested  = 8         // groups
	maxName    = 255
	perMessage = 64
)

// An outline is what an HDF5 file consists of: groups within groups, and datasets, as
// the format's first version has them (The HDF Group, HDF5 File Format Specification,
// version 1: superblock 0, object headers 1, groups with symbol tables), which is what
// h5py writes unless it is told otherwise. Numbers are low byte first, 8 bytes long.
type outline struct {
	s        *source
	left     int             // of maxOutline
	seen     map[uint64]bool // headers, trees and nodes; none may be reached twice
	datasets map[uint64]outlined
}

// outlined is a dataset: its shape, and why it cannot be read, if it cannot.
type outlined struct {
	shape   []int
	problem string
}

// Types of messages in an object's header.
const (
	msgDataspace    = 1
	msgLinkInfo     = 2
	msgDatatype     = 3
	msgLink         = 6
	msgLayout       = 8
	msgFilters      = 11
	msgAttributes   = 15
	msgContinuation = 16
	msgSymbolTable  = 17
)

func drawOutline(s *source) (*outline, error) {
	o := &outline{s: s, left: maxOutline, seen: map[uint64]bool{}, datasets: map[uint64]outlined{}}
	b, err := o.bytes(0, 96)
	if err != nil {
		return nil, broken(hdf5File, err)
	}
	if b[8] != 0 || b[13] != 8 || b[14] != 8 || u64(b[24:]) != 0 {
		return nil, engine.Errorf(engine.InvalidWeights, "This HDF5 file is of a version that this program does not read; save it with h5py and libver='earliest'.")
	}
	table, err := o.object(u64(b[64:]))
	if err == nil && table == nil {
		err = errors.New("it begins with no group")
	}
	if err == nil {
		err = o.group(*table, 0)
	}
	if err != nil {
		return nil, broken(hdf5File, err)
	}
	return o, nil
}

// bytes reads a part of the file that describes the rest.
func (o *outline) bytes(at uint64, n int) ([]byte, error) {
	if at > uint64(o.s.size) || uint64(n) > uint64(o.s.size)-at {
		return nil, io.ErrUnexpectedEOF
	}
	if o.left -= n; o.left < 0 {
		return nil, errors.New("it has more groups and names than a network's")
	}
	b := make([]byte, n)
	_, err := o.s.ReadAt(b, int64(at))
	return b, err
}

// visit makes sure that nothing is reached twice, which could go on for ever.
func (o *outline) visit(at uint64) error {
	if o.seen[at] {
		return errors.New("it refers to one thing twice")
	}
	o.seen[at] = true
	return nil
}

// A table is where a group's members are: a tree of nodes, and a heap of names.
type table struct{ tree, heap uint64 }

// object looks at the header of a group, whose table it returns, or of a dataset,
// which it notes.
func (o *outline) object(at uint64) (*table, error) {
	if err := o.visit(at); err != nil {
		return nil, err
	}
	messages, err := o.messages(at)
	if err != nil {
		return nil, err
	}
	if m, ok := messages[msgSymbolTable]; ok {
		if _, both := messages[msgDataspace]; both || len(m) < 16 {
			return nil, errors.New("a group is not described as one")
		}
		return &table{u64(m), u64(m[8:])}, nil
	}
	if _, ok := messages[msgDataspace]; !ok {
		return nil, errors.New("it holds something that is neither group nor dataset")
	}
	o.datasets[at] = o.dataset(messages)
	return nil, nil
}

// messages reads an object's header and the blocks that continue it.
func (o *outline) messages(at uint64) (map[uint16][]byte, error) {
	b, err := o.bytes(at, 16)
	if err != nil {
		return nil, err
	}
	if b[0] != 1 || b[1] != 0 {
		return nil, errors.New("it is of a newer version; save it with h5py and libver='earliest'")
	}
	found := map[uint16][]byte{}
	type block struct{ at, size uint64 }
	blocks := []block{{at + 16, uint64(binary.LittleEndian.Uint32(b[8:]))}}
	most := int(binary.LittleEndian.Uint16(b[2:])) // messages in the first block
	for len(blocks) > 0 {
		next := blocks[0]
		blocks = blocks[1:]
		if next.size > maxOutline {
			return nil, errors.New("it has a header that is too long")
		}
		data, err := o.bytes(next.at, int(next.size))
		if err != nil {
			return nil, err
		}
		err = each(data, most, func(kind uint16, m []byte) error {
			o.left -= perMessage // a block that continues in itself comes to an end, too
			switch kind {
			case msgLinkInfo, msgLink, msgAttributes:
				return errors.New("it is of a newer version; save it with h5py and libver='earliest'")
			case msgContinuation:
				if len(m) < 16 {
					return io.ErrUnexpectedEOF
				}
				blocks = append(blocks, block{u64(m), u64(m[8:])})
			case msgDataspace, msgDatatype, msgLayout, msgFilters, msgSymbolTable:
				if found[kind] != nil {
					return errors.New("a header says one thing twice")
				}
				found[kind] = m
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		most = 0xffff // of the blocks that follow
	}
	return found, nil
}

// each calls do for the messages in a block: type, length, four bytes, and the data,
// filled up to a multiple of eight. It stops where the library stops.
func each(data []byte, most int, do func(kind uint16, m []byte) error) error {
	for n := 0; n < most && len(data) >= 8; {
		kind, size := binary.LittleEndian.Uint16(data), int(binary.LittleEndian.Uint16(data[2:]))
		data = data[8:]
		if size == 0 {
			continue
		}
		if size > len(data) {
			break
		}
		if err := do(kind, data[:size]); err != nil {
			return err
		}
		n++
		data = data[min((size+7)&^7, len(data)):]
	}
	return nil
}

// group goes through the members of a group.
func (o *outline) group(t table, depth int) error {
	if depth > maxNested {
		return errors.New("its groups are nested too deep")
	}
	names, err := o.heap(t.heap)
	if err != nil {
		return err
	}
	if err := o.visit(t.tree); err != nil {
		return err
	}
	b, err := o.bytes(t.tree, 24)
	if err != nil {
		return err
	}
	if string(b[:4]) != "TREE" || b[4] != 0 || b[5] != 0 {
		return errors.New("it has a group of more members than a network has")
	}
	b, err = o.bytes(t.tree+24, 16*int(binary.LittleEndian.Uint16(b[6:]))+8)
	if err != nil {
		return err
	}
	for ; len(b) >= 24; b = b[16:] { // a key, a node, and the next key
		if err := o.node(u64(b[8:]), names, depth); err != nil {
			return err
		}
	}
	return nil
}

// heap reads the names of a group's members.
func (o *outline) heap(at uint64) ([]byte, error) {
	b, err := o.bytes(at, 32)
	if err != nil {
		return nil, err
	}
	if size := u64(b[8:]); string(b[:4]) != "HEAP" || size > maxOutline {
		return nil, errors.New("a group has no names")
	}
	return o.bytes(u64(b[24:]), int(u64(b[8:])))
}

// node goes through some members of a group.
func (o *outline) node(at uint64, names []byte, depth int) error {
	if err := o.visit(at); err != nil {
		return err
	}
	b, err := o.bytes(at, 8)
	if err != nil {
		return err
	}
	if string(b[:4]) != "SNOD" {
		return errors.New("a group has no members where it says so")
	}
	const entry = 40
	b, err = o.bytes(at+8, entry*int(binary.LittleEndian.Uint16(b[6:])))
	if err != nil {
		return err
	}
	for ; len(b) >= entry; b = b[entry:] {
		o.left -= perMessage
		if err := checkName(names, u64(b)); err != nil {
			return err
		}
		t, err := o.object(u64(b[8:]))
		if err != nil {
			return err
		}
		kind := binary.LittleEndian.Uint32(b[16:])
		switch {
		case kind > 1:
			return errors.New("it has links")
		case kind == 1 && (t == nil || *t != table{u64(b[24:]), u64(b[32:])}):
			return errors.New("a group is in two places")
		case t != nil:
			if err := o.group(*t, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkName(names []byte, at uint64) error {
	if at > uint64(len(names)) {
		return io.ErrUnexpectedEOF
	}
	for i, c := range names[at:] {
		if c == 0 {
			return nil
		}
		if i >= maxName {
			break
		}
	}
	return errors.New("a name is too long")
}

// dataset finds out whether a dataset is numbers that are all there.
func (o *outline) dataset(m map[uint16][]byte) outlined {
	shape, err := dataspace(m[msgDataspace])
	if err != nil {
		return outlined{problem: "has no shape (" + err.Error() + "); get another copy of the file"}
	}
	d := outlined{shape: shape}
	kind, layout := m[msgDatatype], m[msgLayout]
	n, ok := count(shape)
	switch {
	case !ok:
		d.problem = fmt.Sprintf("has shape %v, which is more than the file holds; get another copy of it", shape)
	case len(kind) < 8 || kind[0]&15 != 1 || kind[1]&1 != 0 || (u32(kind[4:]) != 4 && u32(kind[4:]) != 8):
		d.problem = "is not of type float32 or float64; save it as one of them"
	case len(layout) < 18 || layout[0] != 3 || layout[1] != 1 || m[msgFilters] != nil:
		d.problem = "is compressed or stored in chunks; save it without"
	default:
		at, size := u64(layout[2:]), uint64(n)*uint64(u32(kind[4:]))
		if at > uint64(o.s.size) || size > uint64(o.s.size)-at {
			d.problem = fmt.Sprintf("has shape %v, which is more than the file holds; get another copy of it", shape)
		}
	}
	return d
}

// dataspace reads a shape.
func dataspace(m []byte) ([]int, error) {
	if len(m) < 8 || m[0] != 1 && m[0] != 2 {
		return nil, errors.New("it is of a version that is not read")
	}
	rank, at := int(m[1]), 8
	if m[0] == 2 {
		at = 4
	}
	sides := rank
	if m[2]&1 != 0 {
		sides *= 2 // the largest that it may grow to follows
	}
	if rank > 8 || len(m) < at+8*sides { // from less the library would read half as many bytes
		return nil, io.ErrUnexpectedEOF
	}
	shape := make([]int, rank)
	for i := range shape {
		shape[i] = int(min(u64(m[at+8*i:]), maxFile+1))
	}
	return shape, nil
}

func u64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
