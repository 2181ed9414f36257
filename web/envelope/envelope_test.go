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

// png begins like a picture and goes on for n bytes.
func png(n int) []byte { return append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, n)...) }

func example() envelope.Envelope {
	return envelope.Envelope{Title: "Tübingen", Recipe: []byte(`{"size":64}`), Picture: []byte("\x89PNG\r\n\x1a\na picture"), Before: []byte("\xff\xd8\xffa photograph")}
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
		"a picture":  {Picture: png(1)},
		"long":       {Title: strings.Repeat("ü", envelope.MaxTitle/2), Recipe: make([]byte, envelope.MaxRecipe), Picture: png(1 << 20), Before: png(1 << 19)},
	} {
		data, key := seal(t, e)
		if !envelope.IsSealed(data) || len(data) != e.SealedSize() || len(data) < envelope.Overhead+16+len(e.Title)+len(e.Recipe)+len(e.Picture)+len(e.Before) {
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

// The same format is written here and in a browser: these were sealed by the one, and are
// opened by both.
func TestFormat(t *testing.T) {
	key, err := envelope.ParseKey(goldenKey)
	if err != nil {
		t.Fatal(err)
	}
	for version, text := range map[int]string{1: goldenOld, 2: golden} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		want := example()
		if got, err := envelope.Open(data, key); err != nil || !envelope.IsSealed(data) || !reflect.DeepEqual(*got, want) {
			t.Errorf("version %d is opened as %v, %v", version, got, err)
		}
		data[4] ^= 3 // the other version
		if _, err := envelope.Open(data, key); code(err) != engine.Unauthorized {
			t.Errorf("one of version %d passes for the other: %v", version, err)
		}
	}
}

// The size of an envelope tells only a class, which many contents have in common.
func TestSizeClass(t *testing.T) {
	classes := map[int]bool{}
	for n := 64 << 10; n <= envelope.MaxSealed; n += 997 {
		size := envelope.Padded(n)
		if size < n || float64(size) > 1.0313*float64(n) || envelope.Padded(size) != size {
			t.Fatalf("%d bytes become %d, and those %d", n, size, envelope.Padded(size))
		}
		classes[size] = true
	}
	if len(classes) > 32*10+1 {
		t.Errorf("there are %d sizes from 64 KiB to 64 MiB", len(classes))
	}
	if got := envelope.Padded(envelope.MaxSealed); got != envelope.MaxSealed {
		t.Errorf("the largest becomes %d", got)
	}
	// The size shows neither the title nor the picture; contents of one class have the same.
	a, _ := seal(t, envelope.Envelope{Title: "a", Picture: png(400_000)})
	b, _ := seal(t, envelope.Envelope{Title: "a longer title", Recipe: []byte(`{"size":64}`), Picture: png(395_000), Before: png(4_000)})
	if len(a) != len(b) {
		t.Errorf("two that are nearly alike have %d and %d bytes", len(a), len(b))
	}
	// Zeros are neither left out nor added, and are zeros.
	data := envelope.Encode(example())
	for name, changed := range map[string][]byte{"one less": data[:len(data)-1], "one more": append(bytes.Clone(data), 0), "no zero": append(bytes.Clone(data[:len(data)-1]), 1)} {
		if _, err := envelope.Decode(changed, false); err == nil {
			t.Errorf("%s is opened", name)
		}
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

// A sealed envelope is not opened if a byte of it is changed, missing or added.
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
		engine.InvalidRequest: {Title: strings.Repeat("x", envelope.MaxTitle+1), Picture: png(1)},
		engine.InvalidRecipe:  {Recipe: make([]byte, envelope.MaxRecipe+1), Picture: png(1)},
		engine.TooLarge:       {Picture: png(envelope.MaxSealed / 2), Before: png(envelope.MaxSealed / 2)},
	} {
		if _, _, err := envelope.Seal(e); code(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, _, err := envelope.Seal(envelope.Envelope{Title: "\xff", Picture: png(1)}); code(err) != engine.InvalidRequest {
		t.Errorf("a title that is no text: %v", err)
	}
	for _, fragment := range []string{"", "#", "#" + strings.Repeat("A", 42), strings.Repeat("A", 44), strings.Repeat("A", 42) + "=", strings.Repeat("A", 42) + "B", strings.Repeat("ü", 22), "##" + strings.Repeat("A", 41)} {
		if _, err := envelope.ParseKey(fragment); code(err) != engine.Unauthorized {
			t.Errorf("%q is a key: %v", fragment, err)
		}
	}
}

// Envelopes hold only pictures and titles: all else is neither sealed nor opened.
func TestOnlyPicturesAndTitles(t *testing.T) {
	for want, bad := range map[engine.Code][]envelope.Envelope{
		engine.InvalidRequest: {
			{Title: "a\nb", Picture: png(1)}, {Title: "a\u202eb", Picture: png(1)}, {Title: "a\u2028b", Picture: png(1)}, {Title: "a\x1b[2Jb", Picture: png(1)},
		},
		engine.InvalidPicture: {
			{Picture: []byte("<html><script>alert(1)</script>")}, {Picture: []byte("<svg xmlns='http://www.w3.org/2000/svg'/>")}, {Picture: []byte("GIF89a")},
			{Picture: png(1), Before: []byte("%PDF-1.4")}, {Picture: []byte("RIFF\x00\x00\x00\x00WAVE ")},
		},
	} {
		for _, e := range bad {
			if _, _, err := envelope.Seal(e); code(err) != want {
				t.Errorf("%q is sealed: %v, want %s", e, err, want)
			}
			if _, err := envelope.Decode(envelope.Encode(e), false); code(err) != engine.InvalidRequest {
				t.Errorf("%q is opened: %v", e, err)
			}
		}
	}
	for kind, file := range map[string]string{"image/png": "\x89PNG\r\n\x1a\n", "image/jpeg": "\xff\xd8\xff\xe0", "image/webp": "RIFF\x01\x02\x03\x04WEBPVP8L", "": ""} {
		if got := envelope.PictureType([]byte(file)); got != kind {
			t.Errorf("%q is %q, want %q", file, got, kind)
		}
	}
}
