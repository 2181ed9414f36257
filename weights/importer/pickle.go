//go:build !js

package importer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"
)

// maxPickle bounds a pickle: that of torchvision's VGG-19 has 5 KiB, and the library
// takes up to some hundred bytes for each byte.
const maxPickle = 32 << 10

// The classes that a pickle of tensors may name, beside OrderedDict, which the library
// knows. All others are refused, though the library would run none of them.
var classes = map[string]any{
	"torch._utils._rebuild_tensor_v2": rebuildTensor{},
	"torch._utils._rebuild_parameter": rebuildParameter{},
	"torch.FloatStorage":              &storageClass{"float", 4},
	"torch.DoubleStorage":             &storageClass{"double", 8},
	"torch.HalfStorage":               &storageClass{"half", 2},
	"torch.BFloat16Storage":           &storageClass{"bfloat16", 2},
	"torch.LongStorage":               &storageClass{"long", 8},
}

type (
	rebuildTensor    struct{}
	rebuildParameter struct{}
	storageClass     struct {
		name  string
		bytes int // of a number
	}
)

// A torchTensor is a window on a storage that has not been read.
type torchTensor struct {
	storage       *storage
	offset        int // in numbers
	shape, stride []int
}

// A storage is a list of numbers that lies elsewhere in the file.
type storage struct {
	*storageClass
	key   string
	count int
}

func (s *storage) size() int64 { return int64(s.bytes) * int64(s.count) }

func (rebuildTensor) Call(args ...any) (any, error) {
	if len(args) < 4 {
		return nil, errors.New("a tensor lacks its shape")
	}
	s, ok := args[0].(*storage)
	offset, isInt := args[1].(int)
	shape, err := ints(args[2])
	stride, err2 := ints(args[3])
	if !ok || !isInt || offset < 0 || err != nil || err2 != nil || len(shape) != len(stride) {
		return nil, errors.New("a tensor is not described as PyTorch does")
	}
	return &torchTensor{s, offset, shape, stride}, nil
}

func (rebuildParameter) Call(args ...any) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("a parameter lacks its tensor")
	}
	return args[0], nil
}

func ints(v any) ([]int, error) {
	tuple, ok := v.(*types.Tuple)
	if !ok || tuple.Len() > 8 {
		return nil, errors.New("no shape")
	}
	var list []int
	for i := range tuple.Len() {
		n, ok := tuple.Get(i).(int)
		if !ok || n < 0 || n > maxFile {
			return nil, errors.New("no shape")
		}
		list = append(list, n)
	}
	return list, nil
}

// unpickle reads the pickle that data begins with, and says how long it is.
func unpickle(data []byte) (value any, length int, err error) {
	if length, err = scan(data); err != nil {
		return nil, 0, err
	}
	u := pickle.NewUnpickler(bytes.NewReader(data[:length]))
	u.FindClass = func(module, name string) (any, error) {
		if c := classes[module+"."+name]; c != nil {
			return c, nil
		}
		return nil, fmt.Errorf("it asks for %.80q, which is no part of a list of tensors; save the model's state_dict()", module+"."+name)
	}
	u.PersistentLoad = persistent
	value, err = u.Load()
	return value, length, err
}

// persistent makes a storage of ('storage', class, key, location, count, ...).
func persistent(id any) (any, error) {
	tuple, ok := id.(*types.Tuple)
	if !ok || tuple.Len() < 5 || tuple.Get(0) != "storage" {
		return nil, errors.New("it refers to something that is no storage")
	}
	class, isClass := tuple.Get(1).(*storageClass)
	key, isKey := tuple.Get(2).(string)
	n, isCount := tuple.Get(4).(int)
	if !isClass || !isKey || !isCount || n < 0 || n > maxFile {
		return nil, errors.New("a storage is not described as PyTorch does")
	}
	if tuple.Len() > 5 && tuple.Get(5) != nil {
		return nil, errors.New("a storage is a view of another")
	}
	return &storage{class, key, n}, nil
}

// How many bytes follow an operation of a pickle: a fixed number, or a length of so
// many bytes and then as many as it says, or text to the end of one or two lines.
var (
	fixed   = map[byte]int{'(': 0, '.': 0, '0': 0, '2': 0, 'J': 4, 'K': 1, 'M': 2, 'N': 0, 'Q': 0, 'R': 0, 'a': 0, 'b': 0, '}': 0, 'e': 0, 'h': 1, 'j': 4, ']': 0, 'q': 1, 'r': 4, 's': 0, 't': 0, ')': 0, 'u': 0, 'G': 8, 0x80: 1, 0x81: 0, 0x85: 0, 0x86: 0, 0x87: 0, 0x88: 0, 0x89: 0, 0x93: 0, 0x94: 0}
	counted = map[byte]int{'U': 1, 'T': 4, 'X': 4, 'B': 4, 'C': 1, 0x8a: 1, 0x8b: 4, 0x8c: 1}
	lines   = map[byte]int{'c': 2}
)

const (
	opStop  = '.'
	opFrame = 0x95
)

// scan finds the end of the pickle that data begins with, and checks that everything
// it says the length of is there: the library makes room for it before it reads.
func scan(data []byte) (length int, err error) {
	data = data[:min(len(data), maxPickle)]
	at := 0
	for at < len(data) {
		op, rest := data[at], data[at+1:]
		at++
		if n, ok := fixed[op]; ok {
			at += n
		} else if n, ok := counted[op]; ok {
			var size [4]byte
			if copy(size[:n], rest) < n {
				break
			}
			at += n + int(binary.LittleEndian.Uint32(size[:])) // beyond the end, that is the end
		} else if n, ok := lines[op]; ok {
			for range n {
				end := bytes.IndexByte(data[at:], '\n')
				if end < 0 {
					return 0, errEndless
				}
				at += end + 1
			}
		} else if op == opFrame {
			if len(rest) < 8 || binary.LittleEndian.Uint64(rest) > uint64(len(rest)-8) {
				break
			}
			at += 8
		} else {
			return 0, fmt.Errorf("its pickle uses operation %#x, which a list of tensors does not", op)
		}
		if op == opStop {
			return at, nil
		}
	}
	return 0, errEndless
}

var errEndless = fmt.Errorf("its pickle does not end within %d KiB", maxPickle>>10)

// entries returns what a dictionary of tensors holds, in order.
func entries(value any) ([]types.DictEntry, bool) {
	switch d := value.(type) {
	case *types.OrderedDict:
		var list []types.DictEntry
		for e := d.List.Front(); e != nil; e = e.Next() {
			entry := e.Value.(*types.OrderedDictEntry)
			list = append(list, types.DictEntry{Key: entry.Key, Value: entry.Value})
		}
		return list, true
	case *types.Dict:
		return slices.Clone(*d), true
	}
	return nil, false
}
