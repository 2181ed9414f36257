package envelope_test

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"reflect"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/web/envelope"
)

func preset(t testing.TB, name string, change func(*engine.Recipe)) engine.Recipe {
	t.Helper()
	r, err := engine.Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestRecipeLinks(t *testing.T) {
	for name, c := range map[string]struct {
		recipe engine.Recipe
		most   int // letters
	}{
		"the default":  {preset(t, engine.Painterly, nil), 24},
		"the notebook": {preset(t, engine.GatysNotebook, nil), 32},
		"a few changes": {preset(t, engine.Painterly, func(r *engine.Recipe) {
			r.Size, r.Strength, r.KeepColours, r.Seed = 1024, 73, 100, 5
		}), 64},
		"lists": {preset(t, engine.GatysNotebook, func(r *engine.Recipe) {
			r.StyleWeights, r.StyleLayers = engine.Numbers{0.25, 0.75}, engine.LayerWeights{{Layer: "relu2_2", Weight: 0.5}}
		}), 96},
	} {
		fragment, err := envelope.RecipeFragment(c.recipe)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !envelope.HasRecipe("#"+fragment) || len(fragment) > c.most || strings.Trim(fragment[2:], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("%s becomes %q, %d letters", name, fragment, len(fragment))
		}
		for _, text := range []string{fragment, "#" + fragment} {
			if got, err := envelope.ParseRecipeFragment(text); err != nil || !reflect.DeepEqual(got, c.recipe) {
				t.Errorf("%s comes back as %+v, %v", name, got, err)
			}
		}
	}
	if _, err := envelope.RecipeFragment(engine.Recipe{}); err == nil {
		t.Error("a recipe that is none becomes a link")
	}
}

// A link that was made once must stay good.
func TestRecipeLinksStayGood(t *testing.T) {
	got, err := envelope.ParseRecipeFragment("#" + goldenRecipe)
	want := preset(t, engine.GatysNotebook, func(r *engine.Recipe) { r.Size, r.Seed, r.StyleScale = 777, 42, 1.5 })
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("it is %+v, %v", got, err)
	}
}

func TestBrokenRecipeLinks(t *testing.T) {
	good, err := envelope.RecipeFragment(preset(t, engine.GatysNotebook, func(r *engine.Recipe) { r.Seed = 123456789 }))
	if err != nil {
		t.Fatal(err)
	}
	var bomb bytes.Buffer
	w, _ := flate.NewWriter(&bomb, flate.BestCompression)
	_, _ = w.Write(append([]byte(`{"size":`), bytes.Repeat([]byte(" "), 1<<22)...))
	w.Close()
	pack := func(text string) string {
		var b bytes.Buffer
		w, _ := flate.NewWriter(&b, flate.BestCompression)
		_, _ = w.Write([]byte(text))
		w.Close()
		return "r=" + base64.RawURLEncoding.EncodeToString(b.Bytes())
	}
	if _, err := envelope.ParseRecipeFragment(pack(`{"size":64}`)); err != nil {
		t.Errorf("deflate without words: %v", err)
	}
	for name, fragment := range map[string]string{
		"nothing": "", "no recipe": "#AAAA", "empty": "r=", "cut": good[:len(good)-4], "no base64": "r=!!!!", "no deflate": "r=_____w",
		"more after it": good + "AAAA", "very long": "r=" + strings.Repeat("A", 9<<10), "a bomb": "r=" + base64.RawURLEncoding.EncodeToString(bomb.Bytes()),
		"no JSON": pack("hello"), "unknown": pack(`{"tea":1}`), "out of range": pack(`{"size":-1}`), "another version": pack(`{"version":99}`), "two": pack(`{}{}`),
	} {
		if r, err := envelope.ParseRecipeFragment(fragment); code(err) != engine.InvalidRecipe {
			t.Errorf("%s is read as %+v, %v", name, r, err)
		}
	}
}
