package weights

import (
	"encoding/binary"
	"slices"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// maxStream bounds a file that comes over a network: all of a VGG-19 in int8 has 20 MB.
const maxStream = 256 << 20

// A Stream reads a file in int8, as Quantize and Marshal write it, from bytes as they
// come, and believes none of them before their hash is found to be what the file's name
// promises: the name's that of the header, the header's that of all other parts. These
// are the header, the numbers in float32, and each layer's weights; after each there is
// a longer network.
//
// It takes memory for what has come, not for what a header claims, and keeps one copy.
type Stream struct {
	// Checked, if it is set, is called with each part, once it has been checked, in the
	// order of the file. It must neither change nor keep it.
	Checked func(part []byte)

	hash     string // of the header, as far as it stands in the name
	file     *file  // once the header was checked
	sums     []string
	weights  *vgg.Weights // once the numbers were; the layers that are whole
	verified int

	part []byte // as much as there is of the part that is coming
	need int    // how long that part is
}

// NewStream returns a Stream for the file that is served under that name.
func NewStream(hashedName string) (*Stream, error) {
	_, hash, ok := SplitHashedName(hashedName)
	if !ok {
		return nil, engine.Errorf(engine.UnknownWeights, "No network is served under the name %.80q.", hashedName)
	}
	return &Stream{hash: hash, need: 8}, nil
}

// Write takes the next bytes of the file. After an error, Rewind goes back to what is
// whole.
func (s *Stream) Write(p []byte) (int, error) {
	taken := 0
	for taken < len(p) {
		if s.Whole() {
			return taken, engine.Errorf(engine.InvalidWeights, "The network arrived damaged: it is longer than its file says. Start again.")
		}
		n := min(len(p)-taken, s.need-len(s.part))
		s.part = append(s.room(n), p[taken:taken+n]...)
		taken += n
		if len(s.part) == s.need {
			if err := s.check(); err != nil {
				return taken, err
			}
		}
	}
	return taken, nil
}

// room returns the part with room for n bytes more: of a small part for the whole, of a
// large one for no more than has come already.
func (s *Stream) room(n int) []byte {
	const small = 4 << 20 // the largest layer of VGG-19 has 2.4 million weights
	if want := len(s.part) + n; want > cap(s.part) {
		want = min(s.need, max(small, 2*len(s.part), want))
		return slices.Grow(s.part, want-len(s.part))
	}
	return s.part
}

// check looks at the part that has come, and says how long the next one is.
func (s *Stream) check() error {
	switch {
	case s.file == nil && s.need == 8:
		n := binary.LittleEndian.Uint64(s.part)
		if n == 0 || n > maxHeader {
			return s.damaged("header")
		}
		s.need += int(n)
		return nil // the hash is that of length and text together
	case s.file == nil:
		if digest(s.part)[:len(s.hash)] != s.hash {
			return s.damaged("header")
		}
		if err := s.readHeader(); err != nil {
			return err
		}
	case s.weights == nil:
		if digest(s.part) != s.sums[0] {
			return s.damaged("biases")
		}
		if err := s.readNumbers(); err != nil {
			return err
		}
	default:
		l := s.file.layers[s.Layers()]
		if digest(s.part) != s.sums[1+s.Layers()] {
			return s.damaged(l.name)
		}
		c := &s.weights.Convs[s.Layers()]
		c.Int8 = int8s(s.part)
	}
	s.verified += len(s.part)
	if s.Checked != nil {
		s.Checked(s.part)
	}
	s.part, s.need = nil, s.next()
	return nil
}

func (s *Stream) damaged(part string) error {
	return engine.Errorf(engine.InvalidWeights, "The network arrived damaged (its %s) and is not used. Start again; if it happens twice, tell the people who run the server.", part)
}

// readHeader believes a header whose hash is right no more than any other: it might
// have been made with that name.
func (s *Stream) readHeader() error {
	h, err := readHeader(s.part[8:])
	if err != nil {
		return notWhole(err)
	}
	if h.end > maxStream {
		return engine.Errorf(engine.TooLarge, "The network has %d MB, more than this program takes.", h.end>>20)
	}
	f, err := h.file()
	if err != nil {
		return err
	}
	at := h.end
	for i := len(f.layers) - 1; i >= 0; i-- {
		l := f.layers[i]
		if !l.quantised() || l.weight.to != at {
			return engine.Errorf(engine.InvalidWeights, "The network cannot be read while it downloads, because %s is not in int8 at its place. Make its file again with this program.", l.name)
		}
		at = l.weight.from
	}
	sums := strings.Split(f.metadata[keyDigests], ",")
	if len(sums) != 1+len(f.layers) {
		return engine.Errorf(engine.InvalidWeights, "The network cannot be read while it downloads, because its file lacks hashes. Make it again with this program.")
	}
	s.file, s.sums = f, sums
	return nil
}

// readNumbers makes the network but for its weights.
func (s *Stream) readNumbers() error {
	at := within(s.part, s.verified)
	w := &vgg.Weights{Input: s.file.input, Scales: s.file.scales, Pooling: s.file.pooling}
	for _, l := range s.file.layers {
		if err := l.checkNumbers(at); err != nil {
			return err
		}
		w.Convs = append(w.Convs, l.conv(at))
	}
	s.weights = w
	return nil
}

// next returns the length of the part that begins at verified, 0 after the last.
func (s *Stream) next() int {
	layers := s.file.layers
	switch n := s.Layers(); {
	case s.weights == nil:
		return layers[0].weight.from - s.verified
	case n < len(layers):
		return layers[n].weight.to - s.verified
	}
	return 0
}

// Rewind forgets what has not been checked: the next byte to write is that at Verified.
func (s *Stream) Rewind() {
	s.part = nil
	if s.file == nil {
		s.need = 8
	}
}

// Verified returns how many bytes, from the beginning of the file, have been checked.
func (s *Stream) Verified() int64 { return int64(s.verified) }

// Received returns how many bytes there are.
func (s *Stream) Received() int64 { return int64(s.verified + len(s.part)) }

// Size returns how long the file is, 0 while that is not known.
func (s *Stream) Size() int64 {
	if s.file == nil {
		return 0
	}
	return int64(s.file.end)
}

// Whole reports whether all of the file has been checked.
func (s *Stream) Whole() bool { return s.file != nil && s.verified == s.file.end }

// Layers returns how many layers of the network there are.
func (s *Stream) Layers() int {
	if s.weights == nil {
		return 0
	}
	n := 0
	for n < len(s.weights.Convs) && s.weights.Convs[n].Int8 != nil {
		n++
	}
	return n
}

// Needed returns how much of the file it takes to look at the given layers, 0 while that
// is not known: all of it if the network does not have one of them.
func (s *Stream) Needed(taps []string) int64 {
	if s.file == nil {
		return 0
	}
	needed := 0
	for _, tap := range taps {
		to := s.file.end
		for _, l := range s.file.layers {
			if l.tap() == tap {
				to = l.weight.to
			}
		}
		needed = max(needed, to)
	}
	return int64(needed)
}

// Network returns the network as far as it has come, or nil if that is nowhere. The
// layers are shared with what Network returns later.
func (s *Stream) Network() *vgg.Weights {
	n := s.Layers()
	if n == 0 {
		return nil
	}
	return &vgg.Weights{Input: s.weights.Input, Scales: s.weights.Scales, Pooling: s.weights.Pooling, Convs: s.weights.Convs[:n:n]}
}
