package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"github.com/nlpodyssey/safetensors"
)

// maxHeader bounds the JSON before the numbers: all of a VGG-19 has about 6 KiB,
// and the library takes up to a hundred bytes for each that it reads.
const maxHeader = 64 << 10

// maxDepth is that of a tensor's shape: file, tensor, list.
const maxDepth = 3

// deserialize is safetensors.Deserialize for files from anywhere. The library checks
// that shapes, types and places of the tensors agree, without overflow, gap or
// overlap, and that they fill the file; what it lets pass is checked here: a header
// of 100 MB, JSON of any depth, and names given twice, of which it would drop one.
func deserialize(data []byte) (safetensors.SafeTensors, map[string]string, error) {
	none := safetensors.SafeTensors{}
	if len(data) < 8 {
		return none, nil, fmt.Errorf("it has %d bytes", len(data))
	}
	n := binary.LittleEndian.Uint64(data)
	switch {
	case n > uint64(len(data)-8):
		return none, nil, fmt.Errorf("it ends within its header")
	case n > maxHeader:
		return none, nil, fmt.Errorf("its header has %d KiB, and %d KiB is the most", n>>10, maxHeader>>10)
	}
	if err := checkNames(data[8 : 8+n]); err != nil {
		return none, nil, err
	}
	tensors, err := safetensors.Deserialize(data)
	if err != nil {
		return none, nil, err
	}
	// The library keeps the metadata to itself, and would read the whole header
	// once more to give them out.
	var header struct {
		Metadata map[string]string `json:"__metadata__"`
	}
	err = json.Unmarshal(data[8:8+n], &header)
	return tensors, header.Metadata, err
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
