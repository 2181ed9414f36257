package envelope_test

import (
	"bytes"
	"testing"

	"trappedinart/engine"
	"trappedinart/web/envelope"
)

// FuzzContents decodes contents that somebody with the key could have made.
func FuzzContents(f *testing.F) {
	f.Add(envelope.Encode(example()), false)
	f.Add(bytes.TrimRight(envelope.Encode(example()), "\x00"), true)
	f.Add([]byte{}, false)
	f.Add(bytes.Repeat([]byte{0xff}, 16), true)
	f.Fuzz(func(t *testing.T, data []byte, old bool) {
		e, err := envelope.Decode(data, old)
		if err != nil {
			if engine.AsError(err).Code == engine.Internal {
				t.Errorf("no sentence for people: %v", err)
			}
			return
		}
		again := envelope.Encode(*e)
		if zeros, ok := bytes.CutPrefix(again, data); !ok || !old && len(zeros) > 0 || len(bytes.Trim(zeros, "\x00")) > 0 {
			t.Error("contents are not encoded as they were")
		}
	})
}

// FuzzOpen opens any bytes, with any key.
func FuzzOpen(f *testing.F) {
	data, key := seal(f, example())
	f.Add(data, key.String())
	f.Add([]byte("TIAS\x02"), "#")
	f.Fuzz(func(t *testing.T, data []byte, fragment string) {
		key, err := envelope.ParseKey(fragment)
		if err == nil {
			_, err = envelope.Open(data, key)
		}
		if err != nil && engine.AsError(err).Code == engine.Internal {
			t.Errorf("no sentence for people: %v", err)
		}
	})
}

// FuzzRecipeFragment reads any fragment. An accepted one is a recipe that can run, and
// comes back as it is.
func FuzzRecipeFragment(f *testing.F) {
	f.Add(goldenRecipe)
	f.Add("#r=")
	f.Fuzz(func(t *testing.T, fragment string) {
		r, err := envelope.ParseRecipeFragment(fragment)
		if err != nil {
			if engine.AsError(err).Code == engine.Internal {
				t.Errorf("no sentence for people: %v", err)
			}
			return
		}
		again, err := envelope.RecipeFragment(r)
		if err != nil && engine.AsError(err).Code != engine.TooLarge {
			t.Fatalf("%+v: %v", r, err)
		}
		if err != nil {
			return
		}
		if got, err := envelope.ParseRecipeFragment(again); err != nil || !bytes.Equal(got.JSON(), r.JSON()) {
			t.Errorf("%+v comes back as %+v, %v", r, got, err)
		}
	})
}
