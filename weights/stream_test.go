package weights_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/weights"
)

// served returns a file as it is served, and its name.
func served(t testing.TB, channels ...int) ([]byte, string) {
	t.Helper()
	file, err := weights.Quantize(safetensors(caffe, network(channels...)...))
	if err != nil {
		t.Fatal(err)
	}
	return file, weights.HashedName("mine", file)
}

// nameFor is a name that promises whatever header the data have.
func nameFor(data []byte) string {
	end := len(data)
	if end >= 8 {
		end = int(min(uint64(end), 8+min(binary.LittleEndian.Uint64(data), 1<<30)))
	}
	sum := sha256.Sum256(data[:end])
	return "mine-" + hex.EncodeToString(sum[:8]) + ".safetensors"
}

func stream(t testing.TB, name string) *weights.Stream {
	t.Helper()
	s, err := weights.NewStream(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ends are where the parts of such a file end: the header, biases and scales, and each
// layer's weights.
func ends(file []byte, channels ...int) []int {
	list := []int{8 + int(binary.LittleEndian.Uint64(file))}
	numbers := 0
	for _, c := range channels {
		numbers += 8 * c
	}
	list = append(list, list[0]+numbers)
	in := 3
	for _, c := range channels {
		list = append(list, list[len(list)-1]+9*in*c)
		in = c
	}
	return list
}

func TestHashedNames(t *testing.T) {
	file, name := served(t, 2)
	if base, hash, ok := weights.SplitHashedName(name); !ok || base != "mine" || name != nameFor(file) || !strings.Contains(name, hash) || len(hash) != 16 {
		t.Errorf("%q is split into %q, %q, %v", name, base, hash, ok)
	}
	if base, _, ok := weights.SplitHashedName("a-b-" + strings.Repeat("0", 16) + ".safetensors"); !ok || base != "a-b" {
		t.Errorf("the name is %q", base)
	}
	for _, bad := range []string{"", "mine.safetensors", "-0123456789abcdef.safetensors", "mine-0123456789abcdeF.safetensors", "mine-0123456789abcdef", "mine_0123456789abcdef.safetensors"} {
		if _, _, ok := weights.SplitHashedName(bad); ok {
			t.Errorf("%q is taken", bad)
		}
		if _, err := weights.NewStream(bad); err == nil {
			t.Errorf("there is a stream of %q", bad)
		}
	}
}

// Parts of any length give the network that Parse gives, layer by layer.
func TestStream(t *testing.T) {
	channels := []int{5, 2, 7}
	file, name := served(t, channels...)
	want := mustParse(t, file)
	for _, step := range []int{1, 7, 100, len(file)} {
		s := stream(t, name)
		var kept []byte
		s.Checked = func(part []byte) { kept = append(kept, part...) }
		for at := 0; at < len(file); at += step {
			if n, err := s.Write(file[at:min(at+step, len(file))]); err != nil || n != min(step, len(file)-at) {
				t.Fatalf("steps of %d, at %d: %d, %v", step, at, n, err)
			}
			got := min(at+step, len(file))
			verified, layers := 0, -2
			for _, end := range ends(file, channels...) {
				if end <= got {
					verified, layers = end, layers+1
				}
			}
			if s.Received() != int64(got) || s.Verified() != int64(verified) || s.Layers() != max(layers, 0) || len(kept) != verified {
				t.Fatalf("after %d bytes: %d received, %d verified, %d layers, %d handed on; want %d verified", got, s.Received(), s.Verified(), s.Layers(), len(kept), verified)
			}
			if w := s.Network(); w == nil != (layers < 1) {
				t.Fatalf("after %d bytes: the network is %v", got, w)
			} else if w != nil && (w.Check() != nil || !reflect.DeepEqual(w.Convs, want.Convs[:layers]) || w.Input != want.Input) {
				t.Fatalf("after %d bytes: another network than Parse's", got)
			}
		}
		if !s.Whole() || s.Size() != int64(len(file)) || !bytes.Equal(kept, file) {
			t.Errorf("steps of %d: whole %v, %d bytes", step, s.Whole(), s.Size())
		}
		if _, err := s.Write([]byte{0}); err == nil {
			t.Error("a byte after the end is taken")
		}
	}
}

func TestStreamNeeds(t *testing.T) {
	channels := []int{5, 2, 7}
	file, name := served(t, channels...)
	s := stream(t, name)
	if n := s.Needed([]string{"relu1_1"}); n != 0 || s.Size() != 0 {
		t.Errorf("%d of %d bytes are needed, before anything is known", n, s.Size())
	}
	at := ends(file, channels...)
	if _, err := s.Write(file[:at[0]]); err != nil {
		t.Fatal(err)
	}
	for taps, want := range map[string]int{"relu1_1": at[2], "relu2_1 relu1_1": at[4], "relu1_2": at[3], "relu4_1": len(file)} {
		if got := s.Needed(strings.Fields(taps)); got != int64(want) {
			t.Errorf("%s needs %d bytes, want %d", taps, got, want)
		}
	}
}

// A changed byte is found in its part, nothing of that part is handed on, and the
// stream goes on from there with the right bytes.
func TestStreamFindsDamage(t *testing.T) {
	channels := []int{2, 3}
	file, name := served(t, channels...)
	parts := ends(file, channels...)
	for at := range file {
		bad := slices.Clone(file)
		bad[at] ^= 0x10
		s := stream(t, name)
		_, err := s.Write(bad)
		waits := err == nil && at < 8 && !s.Whole() // for the rest of a header of another length
		if !waits {
			wantInvalid(t, fmt.Sprintf("byte %d", at), err, "arrived damaged")
		}
		before := 0
		for _, end := range parts {
			if end <= at {
				before = end
			}
		}
		if s.Verified() != int64(before) {
			t.Fatalf("byte %d: %d bytes are verified, want %d", at, s.Verified(), before)
		}
		if _, err := s.Write([]byte{1}); err == nil && !waits {
			t.Fatalf("byte %d: forgotten", at)
		}
		s.Rewind()
		if _, err := s.Write(file[s.Verified():]); err != nil || !s.Whole() {
			t.Fatalf("byte %d: mended, it gives %v", at, err)
		}
	}
}

func wantInvalid(t *testing.T, name string, err error, says string) {
	t.Helper()
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != engine.InvalidWeights || !strings.Contains(e.Message, says) {
		t.Fatalf("%s: the error is %v, want invalid_weights: ... %s ...", name, err, says)
	}
}

// A header is believed no more because its hash is right, and none leads to memory for
// what it claims.
func TestStreamRefuses(t *testing.T) {
	good, _ := served(t, 2, 4)
	n := 8 + int(binary.LittleEndian.Uint64(good))
	// header changes the JSON of the good file.
	header := func(old, with string) []byte {
		if !strings.Contains(string(good[8:n]), old) {
			t.Fatalf("the header has no %s: %s", old, good[8:n])
		}
		return raw(strings.Replace(string(good[8:n]), old, with, 1), good[n:])
	}
	long := binary.LittleEndian.AppendUint64(nil, 1<<40)
	huge := `{"__metadata__":{"input_order":"RGB","input_mean":"0,0,0","input_scale":"1,1,1","sha256":"a,b"},` +
		`"conv1_1.bias":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]},"conv1_1.scale":{"dtype":"F32","shape":[%[1]d],"data_offsets":[%[2]d,%d]},` +
		`"conv1_1.weight":{"dtype":"I8","shape":[%[1]d,3,3,3],"data_offsets":[%[3]d,%d]}}`
	claim := func(o int) []byte {
		return raw(fmt.Sprintf(huge, o, 4*o, 8*o, 35*o), make([]byte, 1<<20))
	}
	tests := []struct {
		name string
		data []byte
		says string
	}{
		{"an endless header", append(long, good[8:]...), "damaged (its header)"},
		{"no header", append(make([]byte, 8), good[8:]...), "damaged (its header)"},
		{"no JSON", raw("weights", nil), "is not JSON"},
		{"a name twice", raw(`{"a":{},"a":{}}`, nil), "twice"},
		{"another network", raw(`{"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}}`, []byte{1}), "have no conv1_1.weight"},
		{"half precision", header(`"dtype":"F32","shape":[2]`, `"dtype":"F16","shape":[4]`), "F16"},
		{"numbers in float32", safetensors(caffe, network(2, 4)...), "is not in int8 at its place"},
		{"no hashes", header(`"sha256"`, `"sha255"`), "lacks hashes"},
		{"no input", header(`"input_order"`, `"input_other"`), "how pixels become"},
		{"a layer of 200 MB", claim(7 << 20), ""},
		{"biases and scales of 200 MB", claim(25 << 20 / 4), ""},
		{"4 GB", claim(1 << 27), "more than this program takes"},
	}
	for _, test := range tests {
		var err error
		took := allocated(func() {
			s := stream(t, nameFor(test.data))
			for at := 0; at < len(test.data) && err == nil; at += 1 << 16 {
				_, err = s.Write(test.data[at:min(at+1<<16, len(test.data))])
			}
		})
		if took > 16<<20 {
			t.Errorf("%s takes %d bytes", test.name, took)
		}
		var e *engine.Error
		if test.says != "" && (!errors.As(err, &e) || !strings.Contains(e.Message, test.says)) {
			t.Errorf("%s: the error is %v, want ... %s ...", test.name, err, test.says)
		}
	}
}

func FuzzStream(f *testing.F) {
	file, _ := served(f, 2, 4)
	f.Add(file, 7)
	f.Add(file[:200], 1000)
	f.Add(raw(`{"a":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}}`, nil), 1)
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff{}"), 3)
	f.Fuzz(func(t *testing.T, data []byte, step int) {
		if step < 1 || step > 1<<16 {
			step = 1 << 16
		}
		s := stream(t, nameFor(data))
		var err error
		took := allocated(func() {
			for at := 0; at < len(data) && err == nil; at += step {
				_, err = s.Write(data[at:min(at+step, len(data))])
			}
		})
		if took > bound(data) {
			t.Errorf("%d bytes took %d", len(data), took)
		}
		if err != nil {
			if e := engine.AsError(err); e.Code != engine.InvalidWeights && e.Code != engine.TooLarge {
				t.Fatalf("the error is %v", err)
			}
			return
		}
		if w := s.Network(); w != nil {
			if err := w.Check(); err != nil {
				t.Error(err)
			}
		}
		if s.Whole() {
			if _, err := weights.Parse(data); err != nil {
				t.Errorf("Parse refuses what a stream takes: %v", err)
			}
		}
	})
}
