package share_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/share"
)

var (
	png  = []byte("\x89PNG\r\n\x1a\nand the rest of it")
	jpeg = []byte("\xff\xd8\xffand the rest of it")
	key  = share.Key([]byte("0123456789abcdefghijklmnopqrstuv"))
)

func whole() share.Contents {
	return share.Contents{Title: "Dorf im Abendlicht – für Mila", Recipe: []byte(`{"size":64}`), Picture: png, Before: jpeg}
}

// part is one part of the contents as the package comment has it.
func part(kind byte, data string) string {
	return string(binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(data)))) + data
}

func aead(t testing.TB, k share.Key) cipher.AEAD {
	block, err := aes.NewCipher(k[:])
	if err != nil {
		t.Fatal(err)
	}
	a, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// seal makes an envelope of any contents with the standard library, as the package
// comment describes it.
func seal(t testing.TB, plain string) []byte {
	head, nonce := []byte("trapped\x01"), []byte("twelve bytes")
	return append(append(bytes.Clone(head), nonce...), aead(t, key).Seal(nil, nonce, []byte(plain), head)...)
}

func equal(a, b share.Contents) bool {
	return a.Title == b.Title && bytes.Equal(a.Recipe, b.Recipe) && bytes.Equal(a.Picture, b.Picture) && bytes.Equal(a.Before, b.Before)
}

// What is sealed here is opened here, and by the standard library, which under js is
// another implementation.
func TestSealAndOpen(t *testing.T) {
	without := whole()
	without.Title, without.Before = "", nil
	for name, c := range map[string]share.Contents{"whole": whole(), "without title and before": without} {
		sealed, k, err := share.Seal(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		kept := bytes.Clone(sealed)
		got, err := share.Open(t.Context(), sealed, k)
		if err != nil || !equal(got, c) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if !bytes.Equal(sealed, kept) {
			t.Errorf("%s: opening changes the envelope", name)
		}
		plain, err := aead(t, k).Open(nil, sealed[8:20], sealed[20:], sealed[:8])
		if err != nil || !bytes.Contains(plain, c.Picture) {
			t.Errorf("%s: the standard library reads %q, %v", name, plain, err)
		}
		for what, secret := range map[string][]byte{"picture": c.Picture, "recipe": c.Recipe, "key": k[:]} {
			if bytes.Contains(sealed, secret) {
				t.Errorf("%s: the envelope shows its %s", name, what)
			}
		}
		again, other, err := share.Seal(t.Context(), c)
		if err != nil || other == k || bytes.Equal(again[8:20], sealed[8:20]) {
			t.Errorf("%s: key or nonce is used twice", name)
		}
	}
}

// goldenEnvelope was made once, and must be opened always.
const goldenEnvelope = "dHJhcHBlZAF0d2VsdmUgYnl0ZXMW2/XaT4yqo+r9qomuZqn+bjyCjin0MjVQBDCSDsxWySwtXt/b311Bw6IjghEKwoqA2WbfNjhSjPoaYqZhhI5XiBrBDnLiFQCKW6ftZ52vl+Abix/3i2Xr5oc"

func TestEnvelopeOfVersion1(t *testing.T) {
	golden, err := base64.RawStdEncoding.DecodeString(goldenEnvelope)
	if err != nil {
		t.Fatal(err)
	}
	c, err := share.Open(t.Context(), golden, key)
	if err != nil || !equal(c, share.Contents{Title: "Title", Recipe: []byte("{}"), Picture: png, Before: jpeg}) {
		t.Errorf("%+v, %v", c, err)
	}
	if made := seal(t, part(1, "Title")+part(2, "{}")+part(3, string(png))+part(4, string(jpeg))); !bytes.Equal(made, golden) {
		t.Errorf("the package comment describes %x", made)
	}
}

// Whatever bit is changed, and wherever it is cut, nothing is opened.
func TestChangedEnvelopes(t *testing.T) {
	sealed, k, err := share.Seal(t.Context(), whole())
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1 << (i % 8)
		if _, err := share.Open(t.Context(), changed, k); !isTold(err) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		if _, err := share.Open(t.Context(), sealed[:i], k); !isTold(err) {
			t.Fatalf("cut to %d bytes: %v", i, err)
		}
	}
	for i := range k {
		other := k
		other[i]++
		if _, err := share.Open(t.Context(), sealed, other); !isTold(err) {
			t.Fatalf("key changed at %d: %v", i, err)
		}
	}
	if _, err := share.Open(t.Context(), append(bytes.Clone(sealed), 0), k); !isTold(err) {
		t.Errorf("a byte more: %v", err)
	}
}

// isTold says that an error is one for people.
func isTold(err error) bool {
	var e *engine.Error
	return errors.As(err, &e) && e.Code != engine.Internal && e.Message != ""
}

// Whoever has the key can have written anything.
func TestHostileContents(t *testing.T) {
	picture, recipe := part(3, string(png)), part(2, "{}")
	long := strings.Repeat("x", share.MaxTitle+1)
	for name, plain := range map[string]string{
		"nothing":          "",
		"no recipe":        picture,
		"no picture":       recipe,
		"order":            picture + recipe,
		"twice":            recipe + recipe + picture,
		"unknown part":     recipe + picture + part(9, "x"),
		"part zero":        part(0, "x") + recipe + picture,
		"empty part":       part(1, "") + recipe + picture,
		"cut head":         recipe + picture + "\x04\x01",
		"cut part":         recipe + picture[:len(picture)-1],
		"length":           recipe + "\x03\xff\xff\xff\xff" + string(png),
		"long title":       part(1, long) + recipe + picture,
		"title of lines":   part(1, "a\nb") + recipe + picture,
		"title turned":     part(1, "a\u202eb") + recipe + picture,
		"title no UTF-8":   part(1, "a\xffb") + recipe + picture,
		"long recipe":      part(2, strings.Repeat(" ", share.MaxRecipe+1)) + picture,
		"picture is HTML":  recipe + part(3, "<script>alert(1)</script>"),
		"picture is SVG":   recipe + part(3, "<svg xmlns='http://www.w3.org/2000/svg'/>"),
		"before is HTML":   recipe + picture + part(4, "<html>"),
		"trailing garbage": recipe + picture + "x",
	} {
		if c, err := share.Open(t.Context(), seal(t, plain), key); !isTold(err) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	if _, err := share.Open(t.Context(), seal(t, recipe+picture), key); err != nil {
		t.Errorf("the least there is: %v", err)
	}
}

func TestWhatIsNotSealed(t *testing.T) {
	for name, change := range map[string]func(*share.Contents){
		"title":      func(c *share.Contents) { c.Title = "a\nb" },
		"long title": func(c *share.Contents) { c.Title = strings.Repeat("ä", share.MaxTitle) },
		"no recipe":  func(c *share.Contents) { c.Recipe = nil },
		"text":       func(c *share.Contents) { c.Picture = []byte("Dear friend") },
		"no picture": func(c *share.Contents) { c.Picture = nil },
		"before":     func(c *share.Contents) { c.Before = []byte("Dear friend") },
		"too large":  func(c *share.Contents) { c.Picture = append(bytes.Clone(png), make([]byte, share.MaxSealed)...) },
	} {
		c := whole()
		change(&c)
		if _, _, err := share.Seal(t.Context(), c); !isTold(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestKeys(t *testing.T) {
	text := key.String()
	if k, err := share.ParseKey(text); err != nil || k != key || len(text) != 43 {
		t.Errorf("%q is read as %v, %v", text, k, err)
	}
	for _, bad := range []string{"", text[1:], text + "A", text[:42] + "!", text[:42] + "\n", strings.Repeat("=", 43), text[:42] + "B"} {
		if _, err := share.ParseKey(bad); !isTold(err) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCheck(t *testing.T) {
	sealed := seal(t, "x")
	if err := share.Check(sealed); err != nil {
		t.Error(err)
	}
	newer := bytes.Clone(sealed)
	newer[7] = 2
	for name, data := range map[string][]byte{"nothing": nil, "short": sealed[:35], "picture": append(bytes.Clone(png), sealed...), "newer": newer, "large": make([]byte, share.MaxSealed+1)} {
		if err := share.Check(data); !isTold(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(part(1, "Title")+part(2, "{}")+part(3, string(png))+part(4, string(jpeg))), false)
	f.Add([]byte(part(2, "{}")+"\x03\xff\xff\xff\xff"), false)
	f.Add(seal(f, part(2, "{}")), true)
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if !sealed { // what somebody with the key writes
			data = seal(t, string(data))
		}
		c, err := share.Open(t.Context(), data, key)
		if err != nil {
			if !isTold(err) {
				t.Fatal(err)
			}
			return
		}
		again, k, err := share.Seal(t.Context(), c)
		if err != nil || len(again) != len(data) {
			t.Fatalf("what was opened cannot be sealed: %v", err)
		}
		if got, err := share.Open(t.Context(), again, k); err != nil || !equal(got, c) {
			t.Fatalf("%+v became %+v, %v", c, got, err)
		}
	})
}
