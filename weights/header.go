package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/bits"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// maxHeader bounds the JSON before the numbers: all of a VGG-19 has about 6 KiB,
// and the library takes up to a hundred bytes for each that it reads.
const maxHeader = 64 << 10

// maxDepth is that of a tensor's shape: file, tensor, list.
const maxDepth = 3

// A header says what tensors a file has, and where.
type header struct {
	tensors  map[string]tensor
	metadata map[string]string
	end      int // where the file ends
}

// A tensor is one as the header describes it.
type tensor struct {
	dtype    safetensors.DType
	shape    []uint64
	from, to int // of its bytes in the file
}

// splitHeader reads the header of a whole file from anywhere.
func splitHeader(data []byte) (header, error) {
	if len(data) < 8 {
		return header{}, fmt.Errorf("it has %d bytes", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	if n > uint64(len(data)-8) {
		return header{}, fmt.Errorf("it ends within its header")
	}
	if err := checkLength(n); err != nil {
		return header{}, err
	}
	h, err := readHeader(data[8 : 8+n])
	if err == nil && h.end != len(data) {
		err = fmt.Errorf("it has %d bytes instead of %d", len(data), h.end)
	}
	return h, err
}

// checkLength refuses a header that no network needs, before memory is taken for it.
func checkLength(n uint64) error {
	if n > maxHeader {
		return fmt.Errorf("its header has %d KiB, and %d KiB is the most", n>>10, maxHeader>>10)
	}
	return nil
}

// readHeader reads the JSON of a header. Beside what the library checks, types and the
// form of the JSON, it refuses names given twice, of which the library would drop one,
// depth, and tensors that overlap, leave gaps, or are not as long as their shapes say.
func readHeader(text []byte) (header, error) {
	if err := checkNames(text); err != nil {
		return header{}, err
	}
	var listed safetensors.Metadata
	if err := json.Unmarshal(text, &listed); err != nil {
		return header{}, err
	}
	tensors := listed.Tensors()
	names := slices.SortedFunc(maps.Keys(tensors), func(a, b string) int {
		return slices.Compare(tensors[a].DataOffsets[:], tensors[b].DataOffsets[:])
	})
	h := header{tensors: map[string]tensor{}, metadata: listed.Metadata(), end: 8 + len(text)}
	at := uint64(0)
	for _, name := range names {
		t := tensors[name]
		from, to := t.DataOffsets[0], t.DataOffsets[1]
		length, ok := byteLength(t)
		if !ok || from != at || to < from || to-from != length || to > math.MaxInt/2 {
			return header{}, fmt.Errorf("its tensor %.80q is not where it should be, or not as long", name)
		}
		h.tensors[name] = tensor{t.DType, t.Shape, 8 + len(text) + int(from), 8 + len(text) + int(to)}
		at = to
	}
	h.end += int(at)
	return h, nil
}

// byteLength returns how many bytes a tensor of that shape takes, if 64 bits can say it.
func byteLength(t *safetensors.TensorInfo) (uint64, bool) {
	length := t.DType.Size()
	for _, n := range t.Shape {
		high, low := bits.Mul64(length, n)
		if high != 0 {
			return 0, false
		}
		length = low
	}
	return length, true
}

// checkNames walks through JSON and refuses a name that stands twice in one object,
// and depth.
func checkNames(header []byte) error {
	type object struct {
		names   map[string]bool // nil in a list
		isValue bool            // the next token belongs to a name
	}
	var open []object
	dec := json.NewDecoder(bytes.NewReader(header))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("its header is not JSON: %w", err)
		}
		switch delim, _ := token.(json.Delim); delim {
		case '}', ']':
			open = open[:len(open)-1]
		default:
			if n := len(open); n > 0 && open[n-1].names != nil {
				o := &open[n-1]
				if name, _ := token.(string); !o.isValue {
					if o.names[name] {
						return fmt.Errorf("its header has %.80q twice", name)
					}
					o.names[name] = true
				}
				o.isValue = !o.isValue
			}
			switch delim {
			case '{':
				open = append(open, object{names: map[string]bool{}})
			case '[':
				open = append(open, object{})
			}
		}
		if len(open) > maxDepth {
			return fmt.Errorf("its header is nested too deep")
		}
		if len(open) == 0 {
			return nil // what follows is for the library to refuse
		}
	}
}
