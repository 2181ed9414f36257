package envelope_test

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/web/envelope"
)

func example() envelope.Envelope {
	return envelope.Envelope{Title: "Tübingen", Recipe: []byte(`{"size":64}`), Picture: []byte("a picture"), Before: []byte("a photograph")}
}

func seal(t testing.TB, e envelope.Envelope) ([]byte, envelope.Key) {
	t.Helper()
	data, key, err := envelope.Seal(e)
	if err != nil {
		t.Fatal(err)
	}
	return data, key
}

func code(err error) engine.Code {
	if err == nil {
		return ""
	}
	return engine.AsError(err).Code
}

func TestRoundTrip(t *testing.T) {
	for name, e := range map[string]envelope.Envelope{
		"everything": example(),
		"a picture":  {Picture: []byte{1}},
		"long":       {Title: strings.Repeat("ü", envelope.MaxTitle/2), Recipe: make([]byte, envelope.MaxRecipe), Picture: make([]byte, 1<<20), Before: make([]byte, 1<<19)},
	} {
		data, key := seal(t, e)
		if !envelope.IsSealed(data) || len(data) != envelope.Overhead+16+len(e.Title)+len(e.Recipe)+len(e.Picture)+len(e.Before) {
			t.Errorf("%s: %d bytes", name, len(data))
		}
		again, err := envelope.ParseKey("#" + key.String())
		if err != nil || again != key || len(key.String()) != 43 {
			t.Errorf("%s: key %q comes back as %q, %v", name, key, again, err)
		}
		got, err := envelope.Open(data, again)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got.Title != e.Title || !bytes.Equal(got.Recipe, e.Recipe) || !bytes.Equal(got.Picture, e.Picture) || !bytes.Equal(got.Before, e.Before) {
			t.Errorf("%s comes back as %.200v", name, got)
		}
	}
}

// The same format is written here and in a browser: this was sealed by the one, and is
// opened by both.
func TestFormat(t *testing.T) {
	data, err := hex.DecodeString(golden)
	if err != nil {
		t.Fatal(err)
	}
	key, err := envelope.ParseKey(goldenKey)
	if err != nil {
		t.Fatal(err)
	}
	want := example()
	if got, err := envelope.Open(data, key); err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("it is opened as %v, %v", got, err)
	}
}

// No key and no nonce is used twice.
func TestFresh(t *testing.T) {
	a, keyA := seal(t, example())
	b, keyB := seal(t, example())
	if keyA == keyB || bytes.Equal(a[5:17], b[5:17]) || bytes.Equal(a, b) {
		t.Error("the same envelope is sealed in the same way twice")
	}
}

// Whatever is changed of a sealed envelope, or left out, it is not opened.
func TestDamage(t *testing.T) {
	data, key := seal(t, example())
	for i := range data {
		changed := bytes.Clone(data)
		changed[i] ^= 1
		if _, err := envelope.Open(changed, key); err == nil {
			t.Errorf("byte %d can be changed", i)
		}
		if _, err := envelope.Open(data[:i], key); err == nil {
			t.Errorf("the first %d bytes are opened", i)
		}
	}
	if _, err := envelope.Open(append(data, 0), key); err == nil {
		t.Error("one more byte is not noticed")
	}
	key[31] ^= 1
	if _, err := envelope.Open(data, key); code(err) != engine.Unauthorized {
		t.Errorf("the wrong key: %v", err)
	}
	data[4]++
	if _, err := envelope.Open(data, key); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("a newer version: %v", err)
	}
}

func TestRefused(t *testing.T) {
	for want, e := range map[engine.Code]envelope.Envelope{
		engine.MissingPicture: {Title: "nothing"},
		engine.InvalidRequest: {Title: strings.Repeat("x", envelope.MaxTitle+1), Picture: []byte{1}},
		engine.InvalidRecipe:  {Recipe: make([]byte, envelope.MaxRecipe+1), Picture: []byte{1}},
		engine.TooLarge:       {Picture: make([]byte, envelope.MaxSealed/2), Before: make([]byte, envelope.MaxSealed/2)},
	} {
		if _, _, err := envelope.Seal(e); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, _, err := envelope.Seal(envelope.Envelope{Title: "\xff", Picture: []byte{1}}); code(err) != engine.InvalidRequest {
		t.Errorf("a title that is no text: %v", err)
	}
	for _, fragment := range []string{"", "#", "#" + strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("A", 42) + "=", strings.Repeat("A", 42) + "B", strings.Repeat("ü", 22), "##" + strings.Repeat("A", 41)} {
		if _, err := envelope.ParseKey(fragment); code(err) != engine.Unauthorized {
			t.Errorf("%q is a key: %v", fragment, err)
		}
	}
}
