package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"trappedinart/engine"
)

func code(err error) engine.Code {
	var e *engine.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Every field of Recipe has a declaration, by its JSON name and in its order.
func TestSettingsDeclareTheRecipe(t *testing.T) {
	var fields []string
	typ := reflect.TypeFor[engine.Recipe]()
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name != "version" {
			fields = append(fields, name)
		}
	}
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{}
	for _, s := range engine.Settings() {
		declared[s.Name] = true
		if s.Label == "" || !strings.HasSuffix(s.Help, ".") || s.Takes() == "" {
			t.Errorf("%s lacks words: %+v", s.Name, s)
		}
		// Set reads the text that Get writes, and the field of that name holds it.
		other := engine.Recipe{}
		before := r
		if err := s.Set(&r, s.Get(&before)); err != nil || !reflect.DeepEqual(r, before) {
			t.Errorf("%s: setting it to itself gives %v and %+v", s.Name, err, r)
		}
		if err := s.Set(&other, s.Get(&r)); err != nil {
			if s.Name != "style_weights" { // empty by default
				t.Errorf("%s: %v", s.Name, err)
			}
			continue
		}
		var got map[string]json.RawMessage
		if err := json.Unmarshal(other.JSON(), &got); err != nil {
			t.Fatal(err)
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(r.JSON(), &want); err != nil {
			t.Fatal(err)
		}
		if string(got[s.Name]) != string(want[s.Name]) {
			t.Errorf("%s: the JSON of that name is %s, want %s", s.Name, got[s.Name], want[s.Name])
		}
	}
	for _, f := range fields {
		if !declared[f] {
			t.Errorf("%s is in the recipe and not declared", f)
		}
	}
	if len(declared) != len(fields) {
		t.Errorf("%d settings for %d fields", len(declared), len(fields))
	}
}

func TestPresetsAreValidAndSurviveJSON(t *testing.T) {
	for _, name := range engine.Presets() {
		r, err := engine.Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		back, err := engine.ParseRecipe(r.JSON())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(back, r) {
			t.Errorf("%s comes back as %+v", name, back)
		}
	}
	if _, err := engine.Preset("cubist"); code(err) != engine.InvalidRecipe || !strings.Contains(err.Error(), engine.Painterly) {
		t.Errorf("unknown preset: %v", err)
	}
}

func TestParseRecipe(t *testing.T) {
	r, err := engine.ParseRecipe([]byte(`{"preset":"gatys-notebook","size":300,"style_layers":["relu1_1","relu2_1:0.5"],"style_weights":[2,1]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Size != 300 || r.Pooling != engine.PoolMax || r.StyleLayers.String() != "relu1_1,relu2_1:0.5" || r.StyleWeights.String() != "2,1" {
		t.Errorf("got %+v", r)
	}
	// The preset's own lists are not shared with a recipe made from it.
	r.StyleLayers[0].Layer = "changed"
	if again, _ := engine.Preset(engine.GatysNotebook); again.StyleLayers[0].Layer != "relu1_1" {
		t.Error("changing a recipe changed its preset")
	}
	for name, c := range map[string]struct{ json, says string }{
		"unknown field":  {`{"strenght":3}`, `"strenght"`},
		"wrong type":     {`{"size":"large"}`, `"size"`},
		"out of range":   {`{"strength":101}`, "from 0 to 100"},
		"unknown choice": {`{"pooling":"median"}`, "one of network, avg, max"},
		"no layers":      {`{"style_layers":[]}`, "Style layers"},
		"layer twice":    {`{"style_layers":["relu1_1","relu1_1"]}`, "Style layers"},
		"layer weight":   {`{"style_layers":["relu1_1:much"]}`, "relu1_1:much"},
		"other version":  {`{"version":3}`, "version 3"},
		"no JSON":        {`size: 3`, "not valid JSON"},
		"line":           {"{\n\"size\": 3,\n}", "line 3"},
		"half":           {`{"size":3`, "JSON"},
		"nothing":        {``, "JSON"},
		"two":            {`{"size":300} {"size":400}`, "JSON"},
		"list":           {`[]`, "recipe"},
		"no weight":      {`{"style_weight":0,"content_weight":0}`, "both 0"},
		"deep":           {strings.Repeat("[", 100000), "JSON"},
	} {
		_, err := engine.ParseRecipe([]byte(c.json))
		if code(err) != engine.InvalidRecipe || !strings.Contains(err.Error(), c.says) || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: error is %q, want one that says %q", name, fmt.Sprint(err), c.says)
		}
	}
}

// A recipe of version 1 paints as it did: what it could not name counts nothing.
func TestVersionOne(t *testing.T) {
	r, err := engine.ParseRecipe([]byte(`{"version":1,"preset":"painterly","size":300}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.Version != engine.RecipeVersion || r.Spectrum != 0 || r.Range != 0 || r.Size != 300 {
		t.Errorf("got %+v", r)
	}
	if r, err = engine.ParseRecipe([]byte(`{"version":1,"spectrum":0.02}`)); err != nil || r.Spectrum != 0.02 {
		t.Errorf("a weight that is given becomes %v, %v", r.Spectrum, err)
	}
}

func FuzzParseRecipe(f *testing.F) {
	f.Add([]byte(`{"preset":"painterly","size":256}`))
	f.Add([]byte(`{"style_layers":["relu1_1:1e9"],"seed":9007199254740992}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := engine.ParseRecipe(data)
		if err != nil {
			if code(err) != engine.InvalidRecipe {
				t.Fatalf("error %v has no code", err)
			}
			return
		}
		back, err := engine.ParseRecipe(r.JSON())
		if err != nil || !reflect.DeepEqual(back, r) {
			t.Fatalf("%s comes back as %+v, %v", data, back, err)
		}
	})
}

func TestSet(t *testing.T) {
	r, _ := engine.Preset(engine.Painterly)
	for name, bad := range map[string]string{
		"size": "12", "iterations": "1.5", "strength": "NaN", "seed": "-1", "style_weights": "1,x", "content_layers": "", "weights": "", "start": "middle",
	} {
		s, ok := engine.SettingByName(name)
		if !ok {
			t.Fatalf("there is no setting %s", name)
		}
		before := r
		if err := s.Set(&r, bad); code(err) != engine.InvalidRecipe || !strings.Contains(err.Error(), s.Takes()) {
			t.Errorf("%s = %q: %v", name, bad, err)
		}
		if !reflect.DeepEqual(r, before) {
			t.Errorf("%s = %q changed the recipe", name, bad)
		}
	}
}

// Auto is a word for a size of 0, in text and in JSON.
func TestSizeAuto(t *testing.T) {
	r, _ := engine.Preset(engine.Painterly)
	s, _ := engine.SettingByName("size")
	for _, text := range []string{"auto", " auto ", "0"} {
		r.Size = 300
		if err := s.Set(&r, text); err != nil || r.Size != engine.SizeAuto || s.Get(&r) != "auto" {
			t.Errorf("%q is %d, %q, %v", text, r.Size, s.Get(&r), err)
		}
	}
	if back, err := engine.ParseRecipe(r.JSON()); err != nil || back.Size != engine.SizeAuto {
		t.Errorf("it comes back as %d, %v", back.Size, err)
	}
	for _, bad := range []string{"Auto", "15", "-1", "8193"} {
		if err := s.Set(&r, bad); err == nil {
			t.Errorf("the size can be %q", bad)
		}
	}
}

func TestStyleShares(t *testing.T) {
	r := engine.Recipe{StyleWeights: engine.Numbers{3, 0}}
	got, err := r.StyleShares(3)
	if err != nil || got[0] != 0.75 || got[1] != 0 || got[2] != 0.25 {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := r.StyleShares(1); code(err) != engine.InvalidRecipe {
		t.Errorf("two weights for one style: %v", err)
	}
	r.StyleWeights = engine.Numbers{0}
	if _, err := r.StyleShares(1); code(err) != engine.InvalidRecipe {
		t.Errorf("no weight at all: %v", err)
	}
}

func TestAsError(t *testing.T) {
	known := engine.Errorf(engine.Busy, "Wait a moment.")
	for _, c := range []struct {
		err  error
		want engine.Code
	}{
		{known, engine.Busy},
		{fmt.Errorf("while queueing: %w", known), engine.Busy},
		{context.Canceled, engine.Cancelled},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), engine.Cancelled},
		{errors.New("secret path"), engine.Internal},
	} {
		e := engine.AsError(c.err)
		if e.Code != c.want || strings.Contains(e.Message, "secret") {
			t.Errorf("%v becomes %s: %q", c.err, e.Code, e.Message)
		}
	}
	if engine.AsError(nil) != nil {
		t.Error("nil becomes an error")
	}
}

// The paper's reconstructions can be written for lists of layers.
func TestNamedLayers(t *testing.T) {
	for _, c := range []struct{ setting, text, want string }{
		{"content_layers", "a", "relu1_1"},
		{"content_layers", "d", "relu4_1"},
		{"style_layers", "a", "relu1_1"},
		{"style_layers", "c", "relu1_1,relu2_1,relu3_1"},
		{"style_layers", "e", "relu1_1,relu2_1,relu3_1,relu4_1,relu5_1"},
		{"style_layers", "relu3_1:2", "relu3_1:2"},
	} {
		r, err := engine.Preset(engine.Painterly)
		if err != nil {
			t.Fatal(err)
		}
		s, _ := engine.SettingByName(c.setting)
		if err := s.Set(&r, c.text); err != nil || s.Get(&r) != c.want {
			t.Errorf("%s %q is %q, %v; want %q", c.setting, c.text, s.Get(&r), err, c.want)
		}
	}
}
