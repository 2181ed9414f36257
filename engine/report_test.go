package engine_test

import (
	"encoding/json"
	"image"
	"math"
	"reflect"
	"testing"
	"time"

	"trappedinart/engine"
)

// A report with any number can be written and read back.
func TestNumbersCross(t *testing.T) {
	for _, c := range []struct{ value, want float64 }{
		{1.5, 1.5}, {0, 0}, {-1e-300, -1e-300}, {math.MaxFloat64, math.MaxFloat64},
		{math.NaN(), math.NaN()}, {math.Inf(1), math.NaN()}, {math.Inf(-1), math.NaN()},
	} {
		v := engine.Float(c.value)
		data, err := json.Marshal(engine.Progress{Fraction: v, Loss: v, Content: v, Style: v, Variation: v})
		if err != nil {
			t.Errorf("%v: %v", c.value, err)
			continue
		}
		var p engine.Progress
		if err := json.Unmarshal(data, &p); err != nil {
			t.Errorf("%v: %s: %v", c.value, data, err)
		}
		for _, got := range []engine.Float{p.Fraction, p.Loss, p.Content, p.Style, p.Variation} {
			if float64(got) != c.want && !(math.IsNaN(float64(got)) && math.IsNaN(c.want)) {
				t.Errorf("%v comes back as %v", c.value, got)
			}
		}
		if _, err := json.Marshal(engine.Result{Loss: v, StyleDistance: v}); err != nil {
			t.Errorf("a result of %v: %v", c.value, err)
		}
	}
}

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		of   engine.Seconds
		want time.Duration
	}{
		{1.5, 1500 * time.Millisecond}, {0, 0}, {engine.SecondsOf(3 * time.Hour), 3 * time.Hour},
		{1e300, math.MaxInt64}, {engine.Seconds(math.Inf(1)), math.MaxInt64}, {engine.Seconds(math.NaN()), math.MaxInt64},
	} {
		if got := c.of.Duration(); got != c.want {
			t.Errorf("%v is %v, want %v", float64(c.of), got, c.want)
		}
	}
}

// If only the later of two reports is shown, it repeats what the earlier one said once.
func TestOver(t *testing.T) {
	a, b := image.NewNRGBA(image.Rect(0, 0, 1, 1)), image.NewNRGBA(image.Rect(0, 0, 2, 2))
	e, f := &engine.Estimate{Bytes: 1}, &engine.Estimate{Bytes: 2}
	for name, c := range map[string]struct{ earlier, later, want engine.Progress }{
		"counts are the later's": {engine.Progress{Iteration: 1, Loss: 2}, engine.Progress{Iteration: 2}, engine.Progress{Iteration: 2}},
		"what is said once stays": {
			engine.Progress{Preview: a, Checkpoint: []byte{1}, Estimate: e, Note: "One."}, engine.Progress{Scale: 1},
			engine.Progress{Preview: a, Checkpoint: []byte{1}, Estimate: e, Note: "One.", Scale: 1},
		},
		"the later counts": {
			engine.Progress{Preview: a, Checkpoint: []byte{1}, Estimate: e}, engine.Progress{Preview: b, Checkpoint: []byte{2}, Estimate: f},
			engine.Progress{Preview: b, Checkpoint: []byte{2}, Estimate: f},
		},
		"notes come together":    {engine.Progress{Note: "One."}, engine.Progress{Note: "Two."}, engine.Progress{Note: "One. Two."}},
		"and each of them once":  {engine.Progress{Note: "One. Two."}, engine.Progress{Note: "Two."}, engine.Progress{Note: "One. Two."}},
		"also where both repeat": {engine.Progress{Note: "One."}, engine.Progress{Note: "One. Two."}, engine.Progress{Note: "One. Two."}},
	} {
		if got := c.later.Over(c.earlier); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
}

// full is a request with every file there is.
func full(t *testing.T) engine.Request {
	t.Helper()
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	f := func(name string) engine.File { return engine.File{Name: name, Data: []byte(name)} }
	return engine.Request{
		Recipe: r, Content: f("c"), Styles: []engine.File{f("s"), f("t")},
		Masks: []engine.File{{}, f("m")}, StyleMasks: []engine.File{f("n"), {}},
		Keep: f("k"), Palette: f("q"), StartPicture: f("b"), Smaller: f("l"), Checkpoint: []byte("p"),
	}
}

// Every file of a request has a role: its parts, added again, are the same request.
func TestPartsAreTheRequest(t *testing.T) {
	want := full(t)
	typ := reflect.TypeFor[engine.Request]()
	for i := range typ.NumField() {
		switch typ.Field(i).Type {
		case reflect.TypeFor[engine.File](), reflect.TypeFor[[]engine.File](), reflect.TypeFor[[]byte]():
			if reflect.ValueOf(want).Field(i).IsZero() {
				t.Errorf("the test leaves out %s", typ.Field(i).Name)
			}
		}
	}
	got := engine.Request{Recipe: want.Recipe}
	roles := map[engine.Role]bool{}
	for _, p := range want.Parts() {
		roles[p.Role] = true
		if err := got.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the parts make\n%+v, want\n%+v", got, want)
	}
	for role := range engine.PictureRoles {
		if !roles[role] {
			t.Errorf("no part is a %s", role)
		}
		delete(roles, role)
	}
	if len(roles) != 1 || !roles[engine.RoleCheckpoint] {
		t.Errorf("beside pictures there are %v", roles)
	}
}

func TestNoMoreRoom(t *testing.T) {
	r := full(t)
	for _, role := range []engine.Role{engine.RoleContent, engine.RoleKeep, engine.RolePalette, engine.RoleStart, engine.RoleSmaller, engine.RoleCheckpoint, "drawing", ""} {
		if err := r.Add(engine.Part{Role: role, File: engine.File{Data: []byte{1}}}); code(err) != engine.InvalidRequest {
			t.Errorf("a second %q gives %v", role, err)
		}
	}
	for _, role := range []engine.Role{engine.RoleStyle, engine.RoleMask, engine.RoleStyleMask} {
		for range engine.MaxStyles - 2 {
			if err := r.Add(engine.Part{Role: role}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Add(engine.Part{Role: role}); r.Room(role) || code(err) != engine.InvalidRequest {
			t.Errorf("one %s too many gives %v", role, err)
		}
	}
	if n := len(r.Parts()); n != engine.MaxParts {
		t.Errorf("a full request has %d parts, want %d", n, engine.MaxParts)
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*engine.Request)
		want   engine.Code
	}{
		"all":         {func(*engine.Request) {}, ""},
		"recipe":      {func(r *engine.Request) { r.Recipe.Size = -1 }, engine.InvalidRecipe},
		"no content":  {func(r *engine.Request) { r.Content = engine.File{Name: "c"} }, engine.MissingPicture},
		"no style":    {func(r *engine.Request) { r.Styles = nil }, engine.MissingPicture},
		"many styles": {func(r *engine.Request) { r.Styles = make([]engine.File, engine.MaxStyles+1) }, engine.InvalidRecipe},
		"masks":       {func(r *engine.Request) { r.Masks = make([]engine.File, 3) }, engine.MissingPicture},
		"style masks": {func(r *engine.Request) { r.StyleMasks = make([]engine.File, 3) }, engine.MissingPicture},
		"no start": {func(r *engine.Request) {
			r.Recipe.Start, r.StartPicture.Data, r.Smaller.Data = engine.StartPicture, nil, nil
		}, engine.MissingPicture},
		"smaller":       {func(r *engine.Request) { r.Recipe.Start, r.StartPicture.Data = engine.StartPicture, nil }, ""},
		"start":         {func(r *engine.Request) { r.Recipe.Start = engine.StartPicture }, ""},
		"style weights": {func(r *engine.Request) { r.Recipe.StyleWeights = engine.Numbers{1, 2, 3} }, engine.InvalidRecipe},
	} {
		r := full(t)
		c.change(&r)
		if err := r.Check(); code(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
