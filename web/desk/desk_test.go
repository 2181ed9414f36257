package desk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/mask"
	"trappedinart/web/run"
)

// page does at once what it is given, but what waits for later, and notes what it is asked.
type page struct {
	asked []string
	later []func()
}

func (p *page) Dispatch(act func())               { act() }
func (p *page) Quietly(act func())                { act() }
func (p *page) Defer(act func())                  { act() }
func (p *page) Async(act func())                  { act() }
func (p *page) After(_ time.Duration, act func()) { p.later = append(p.later, act) }
func (p *page) note(what string)                  { p.asked = append(p.asked, what) }
func (p *page) ShowContent()                      { p.note("content") }
func (p *page) ShowDials()                        { p.note("dials") }
func (p *page) CloseMasks()                       { p.note("close") }
func (p *page) FollowStyles()                     { p.note("follow") }
func (p *page) ShowQuestion()                     { p.note("question") }
func (p *page) LetGo()                            { p.note("let go") }

func newDesk(t *testing.T) (*desk.Desk, *page) {
	t.Helper()
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	p := &page{}
	return desk.New(p, recipe), p
}

func picture(name string) *desk.Picture {
	return &desk.Picture{ID: name, File: engine.File{Name: name + ".jpg", Data: []byte(name)}, W: 400, H: 300}
}

// laid has a photograph and n styles.
func laid(t *testing.T, n int) (*desk.Desk, *page) {
	t.Helper()
	d, p := newDesk(t)
	d.SetContent(picture("photo"))
	for i := range n {
		d.AddStyle(picture(fmt.Sprintf("style%d", i)))
	}
	return d, p
}

func setting(t *testing.T, name string) engine.Setting {
	t.Helper()
	s, ok := engine.SettingByName(name)
	if !ok {
		t.Fatalf("there is no setting %s", name)
	}
	return s
}

// busy begins a run and says how often it was asked to stop.
func busy(d *desk.Desk, control *engine.Control) *int {
	stops := 0
	d.Run.Begin(run.Job{Stop: func() { stops++ }, Control: control})
	return &stops
}

func TestUndo(t *testing.T) {
	d, p := newDesk(t)
	first := d.Recipe.Strength
	strength, detail := setting(t, "strength"), setting(t, "detail")
	d.Set(strength, "10")
	d.Set(strength, "20") // at once: one change, as of a slider
	d.Set(detail, "30")
	if d.Set(strength, "banana"); d.Problem == "" || d.Recipe.Strength != 20 {
		t.Errorf("a wrong value gives %q and strength %v", d.Problem, d.Recipe.Strength)
	}
	d.Undo()
	if got := detail.Get(&d.Recipe); got == "30" || d.Recipe.Strength != 20 {
		t.Errorf("after one undo detail is %s, strength %v", got, d.Recipe.Strength)
	}
	d.Undo()
	if d.Recipe.Strength != first || d.CanUndo() || !d.CanRedo() {
		t.Errorf("after two strength is %v, and undo is possible: %v", d.Recipe.Strength, d.CanUndo())
	}
	d.Undo()
	d.Redo()
	d.Redo()
	if got := detail.Get(&d.Recipe); got != "30" || d.CanRedo() {
		t.Errorf("redone detail is %s", got)
	}
	d.Undo()
	d.Set(strength, "40")
	if d.CanRedo() {
		t.Error("what was taken back can be redone after another change")
	}
	if !slices.Contains(p.asked, "dials") || !slices.Contains(p.asked, "content") {
		t.Errorf("the page was asked for %v", p.asked)
	}
	d.Reset(strength)
	if d.Recipe.Strength != first {
		t.Errorf("reset it is %v, want %v", d.Recipe.Strength, first)
	}
	for i := range 300 {
		d.Set([]engine.Setting{strength, detail}[i%2], fmt.Sprint(i%90))
	}
	n := 0
	for d.CanUndo() {
		d.Undo()
		n++
	}
	if n != 100 {
		t.Errorf("%d changes are remembered, want 100", n)
	}
}

func TestStyles(t *testing.T) {
	d, p := newDesk(t)
	if d.Missing() != "Choose a photograph and a painting." {
		t.Errorf("of an empty desk it says %q", d.Missing())
	}
	example := picture("example")
	example.Example = true
	d.AddStyle(example)
	if d.Missing() != "Choose a photograph." {
		t.Errorf("without a photograph it says %q", d.Missing())
	}
	d.SetContent(picture("photo"))
	d.AddStyle(picture("own"))
	if len(d.Styles) != 1 || d.Styles[0].ID != "own" || d.Missing() != "" {
		t.Errorf("%d styles, and %q is missing: the person's own takes the example's place", len(d.Styles), d.Missing())
	}
	for i := range engine.MaxStyles {
		d.AddStyle(picture(fmt.Sprint(i)))
	}
	if len(d.Styles) != engine.MaxStyles || d.Problem == "" {
		t.Errorf("%d styles, and it says %q", len(d.Styles), d.Problem)
	}
	for i, part := range desk.Parts {
		d.SetPart(part, 2, 0.5)
		if got := part.Get(&d.Recipe, 2); got != 0.5 || part.Get(&d.Recipe, 1) != 1 || part.Get(&d.Recipe, engine.MaxStyles-1) != 1 {
			t.Errorf("part %d of the third is %v", i, got)
		}
		d.SetPart(part, 99, 3)
	}
	d.Masks = mask.NewLayers(20, 15)
	d.Masks.Fill(2, 255)
	second := d.Styles[1]
	if !d.RemoveStyle(second) || d.RemoveStyle(second) {
		t.Error("a style goes once")
	}
	if desk.Parts[0].Get(&d.Recipe, 1) != 0.5 || !d.Masks.Peek(1).Painted() || !slices.Contains(p.asked, "follow") {
		t.Error("weights and masks have not followed their style")
	}
	d.ChooseStyle(picture("alone"))
	if len(d.Styles) != 1 || d.Recipe.StyleWeights != nil || d.Masks.Peek(1) != nil {
		t.Error("one style has more than one mask or weight")
	}
	d.Content = nil
	if d.Styles = nil; d.Missing() != "Choose a photograph and a painting." {
		t.Errorf("it says %q", d.Missing())
	}
	if d.Content = picture("photo"); d.Missing() != "Choose a painting." {
		t.Errorf("without a style it says %q", d.Missing())
	}
}

// An action on the pictures of a run asks first, and is done when the run has ended.
func TestWhenFree(t *testing.T) {
	d, p := laid(t, 1)
	var done []string
	act := func(what string) func() { return func() { done = append(done, what) } }
	d.WhenFree(act("free"))
	stops := busy(d, &engine.Control{})
	d.WhenFree(act("first"))
	d.WhenFree(act("second")) // of several files at once
	if len(done) != 1 || d.Question == nil || d.Question.Title != "Stop this painting?" || *stops != 0 {
		t.Fatalf("while it paints %v was done, and it asks %+v", done, d.Question)
	}
	d.Question.Act()
	d.Question = nil
	if *stops != 1 || len(done) != 1 {
		t.Errorf("it was stopped %d times, and %v done before it ended", *stops, done)
	}
	d.Run.End(nil, &engine.Error{Code: engine.Cancelled}, time.Second)
	d.Run.Proceed()
	if !slices.Equal(done, []string{"free", "first", "second"}) {
		t.Errorf("%v was done", done)
	}
	// The run ends while the question is open.
	busy(d, nil)
	d.WhenFree(act("third"))
	d.Run.End(nil, errors.New("broken"), time.Second)
	d.Question.Act()
	if done[len(done)-1] != "third" {
		t.Errorf("%v was done", done)
	}
	// One that was interrupted is given up.
	d.Question = nil
	d.Run.Find(run.Interrupted{})
	d.WhenFree(act("fourth"))
	d.Question.Act()
	if done[len(done)-1] != "fourth" || d.Busy() || !slices.Contains(p.asked, "let go") {
		t.Errorf("%v was done, %v asked", done, p.asked)
	}
}

func TestMasksAreNotLostUnasked(t *testing.T) {
	d, _ := laid(t, 1)
	gone := 0
	d.WhenMasksMayGo(func() { gone++ })
	d.Masks = mask.NewLayers(20, 15)
	d.WhenMasksMayGo(func() { gone++ })
	d.Masks.Fill(0, 255)
	d.WhenMasksMayGo(func() { gone++ })
	if gone != 2 || d.Question == nil || d.Question.Title != "Discard the masks?" {
		t.Errorf("%d times done, and it asks %+v", gone, d.Question)
	}
	d.Masks.Changed = false // a run had them
	if d.WhenMasksMayGo(func() { gone++ }); gone != 3 {
		t.Error("masks that a run had are asked for")
	}
}

func TestSetContent(t *testing.T) {
	d, p := laid(t, 1)
	d.Masks, d.Begin = mask.NewLayers(20, 15), &engine.File{}
	d.Run.Show(&engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 4, 3))}, "e1")
	p.asked = nil
	d.SetContent(picture("other"))
	if d.Masks != nil || d.Begin != nil || d.Run.Result != nil || !slices.Equal(p.asked, []string{"close", "content"}) {
		t.Errorf("of the photograph before there is left %+v; the page was asked for %v", d, p.asked)
	}
	if w, h := d.Content.Fit(100); w != 100 || h != 75 {
		t.Errorf("it fits in %d x %d", w, h)
	}
}

// A size that is left to the device is what it chose, but never more than the photograph.
func TestLonger(t *testing.T) {
	d, _ := laid(t, 1)
	auto, fixed := d.Recipe, d.Recipe
	auto.Size, fixed.Size = engine.SizeAuto, 4096
	for _, c := range []struct{ chosen, side, want int }{{0, 4000, 512}, {0, 400, 400}, {896, 4000, 896}, {896, 600, 600}} {
		d.Auto, d.Content.W, d.Content.H = c.chosen, c.side/2, c.side
		if got := d.Longer(&auto); got != c.want || d.Longer(&fixed) != 4096 {
			t.Errorf("of a photograph of %d pixels, %d chosen, the result has %d", c.side, c.chosen, got)
		}
	}
	d.Content = nil
	if d.Longer(&auto) != 896 {
		t.Error("without a photograph it is not what was chosen last")
	}
}

// An outline counts the masks that are painted.
func TestOutline(t *testing.T) {
	d, _ := laid(t, 2)
	if o := d.Outline(d.Recipe); o.Masks != 0 || len(o.Styles) != 2 || o.Content != image.Pt(400, 300) {
		t.Errorf("it is %+v", o)
	}
	d.Masks = mask.NewLayers(20, 15)
	d.Masks.Fill(1, 255)
	d.Masks.Fill(mask.Keep, 255)
	if o := d.Outline(d.Recipe); o.Masks != 2 {
		t.Errorf("it has %d masks", o.Masks)
	}
}

func TestTakeRecipe(t *testing.T) {
	d, _ := laid(t, 2)
	other := d.Recipe
	other.Strength, other.Start, other.Scales, other.StyleWeights = 12, engine.StartPicture, 1, engine.Numbers{1, 2, 3}
	d.TakeRecipe(other)
	if d.Recipe.Strength != 12 || d.Recipe.Start != engine.StartContent || d.Recipe.Scales != 0 || len(d.Recipe.StyleWeights) != 2 || d.Said != "The settings are now those of the recipe. Undo restores yours." {
		t.Errorf("it took %+v and says %q", d.Recipe, d.Said)
	}
	d.Undo()
	if d.Recipe.Strength == 12 {
		t.Error("it cannot be undone")
	}
	other = d.Recipe
	other.Strength = 33
	busy(d, &engine.Control{})
	if d.TakeRecipe(other); d.Question != nil || d.Recipe.Strength != 33 {
		t.Error("what acts at once is asked for")
	}
	other.Size = 2 * d.Recipe.Size
	d.TakeRecipe(other)
	if d.Question == nil || !strings.Contains(d.Question.Text, setting(t, "size").Label) {
		t.Fatalf("it asks %+v", d.Question)
	}
	d.Question.Act()
	if d.Recipe.Size != other.Size {
		t.Error("after yes the settings are the old ones")
	}
	if !d.Fixed(setting(t, "size")) || d.Fixed(setting(t, "strength")) {
		t.Error("size can be changed while it paints, or strength cannot")
	}
	d.Run.End(nil, errors.New("broken"), 0)
	busy(d, nil)
	d.TakeRecipe(other)
	if d.Question.Text != "A painting is in progress and stays as it is. These settings apply from the next Start." || !d.Fixed(setting(t, "strength")) {
		t.Errorf("of a run that cannot be steered it asks %q", d.Question.Text)
	}
	d.TakePreset("no preset")
	if d.Problem == "" {
		t.Error("a preset that is none is taken")
	}
}

// The desk comes back as it was, masks and all.
func TestWorkAndRequest(t *testing.T) {
	d, p := laid(t, 2)
	w, list := d.Work(d.Recipe)
	if len(list) != 3 || w.Masks != nil || w.Keep != "" || w.Name != "photo.jpg" {
		t.Errorf("without masks it is %+v", w)
	}
	d.Masks = mask.NewLayers(20, 15)
	for at, name := range map[int]string{1: "m1", mask.Keep: "k"} {
		d.Masks.Fill(at, 255)
		d.Masks.Mask(at).Saved = &mask.File{ID: name, File: engine.File{Name: name, Data: []byte(name)}}
	}
	w, list = d.Work(d.Recipe)
	if got := strings.Join(w.IDs(), " "); got != "photo style0 style1 m1 k" || len(list) != 5 || list[3].W != 20 || !slices.Equal(w.Masks, []string{"", "m1"}) {
		t.Errorf("its pictures are %s, %+v", got, w)
	}
	d.SetPalette(picture("leaves"))
	if w, list = d.Work(d.Recipe); w.Palette != "leaves" || len(list) != 6 || !strings.HasSuffix(strings.Join(w.IDs(), " "), "k leaves") {
		t.Errorf("with a palette its pictures are %s, %+v", strings.Join(w.IDs(), " "), w)
	}
	req := d.Request(d.Recipe)
	if string(req.Palette.Data) != string(d.Palette.File.Data) || req.Palette.Name != d.Palette.File.Name {
		t.Errorf("the request's palette is %+v", req.Palette)
	}
	if len(req.Styles) != 2 || len(req.Masks) != 2 || req.Masks[0].Data != nil || string(req.Masks[1].Data) != "m1" || string(req.Keep.Data) != "k" || req.Control == nil {
		t.Errorf("the request is %+v", req)
	}
	recipe := d.Recipe
	recipe.Start, recipe.Scales, recipe.Strength = engine.StartPicture, 1, 7
	p.asked = nil
	d.Place(picture("a"), []*desk.Picture{picture("b")}, picture("c"), nil, recipe)
	if d.Palette == nil || d.Palette.ID != "c" {
		t.Errorf("placed there is the palette %+v", d.Palette)
	}
	if d.Content.ID != "a" || len(d.Styles) != 1 || d.Masks != nil || d.Recipe.Strength != 7 || d.Recipe.Start != engine.StartContent || !d.Touched {
		t.Errorf("placed there is %+v", d)
	}
	if d.Undo(); d.Recipe.Strength == 7 {
		t.Error("settings from the history cannot be undone")
	}
}

// A palette is taken back and made again as settings are; one that is being painted with only after asking.
func TestPaletteIsTakenBack(t *testing.T) {
	d, _ := laid(t, 1)
	is := func(id string) bool { return d.Palette == nil && id == "" || d.Palette != nil && d.Palette.ID == id }
	d.SetPalette(picture("one"))
	d.SetPalette(picture("two"))
	d.Set(setting(t, "palette_colours"), "40")
	d.SetPalette(nil)
	for _, want := range []string{"two", "two", "one", ""} {
		if d.Undo(); !is(want) {
			t.Fatalf("the palette is %+v, want %q", d.Palette, want)
		}
	}
	if d.CanUndo() || d.Recipe.Palette != 100 {
		t.Errorf("there is more to take back, or the share is %v", d.Recipe.Palette)
	}
	d.Redo()
	busy(d, &engine.Control{})
	if d.Undo(); d.Question == nil || !is("one") || !d.CanUndo() {
		t.Fatalf("while it paints the palette becomes %+v, and it asks %+v", d.Palette, d.Question)
	}
	d.Question.Act()
	d.Run.End(nil, errors.New("stopped"), 0)
	if d.Run.Proceed(); !is("") {
		t.Errorf("once that has stopped the palette is %+v", d.Palette)
	}
}

func TestSayAndWait(t *testing.T) {
	d, p := newDesk(t)
	d.Say("one")
	d.Say("two")
	p.later[0]()
	if d.Said != "two" {
		t.Errorf("it says %q", d.Said)
	}
	if p.later[1](); d.Said != "" {
		t.Errorf("it still says %q", d.Said)
	}
	d.WaitFor("outer", func() {
		d.WaitFor("inner", func() {
			if d.Waits() != "inner" {
				t.Errorf("it waits for %q", d.Waits())
			}
		})
		if d.Waits() != "outer" {
			t.Errorf("it waits for %q", d.Waits())
		}
	})
	d.Complain("broken")
	if d.Waits() != "" || d.Problem != "broken" {
		t.Errorf("it waits for %q and says %q", d.Waits(), d.Problem)
	}
}

// memory is one of JSON.
type memory map[string][]byte

func (m memory) Set(key string, value any) (err error) {
	m[key], err = json.Marshal(value)
	return err
}

func (m memory) Get(key string, value any) error {
	if m[key] == nil {
		return nil
	}
	return json.Unmarshal(m[key], value)
}

func (m memory) Del(key string) { delete(m, key) }

func TestLedger(t *testing.T) {
	now := time.Date(2026, 1, 2, 15, 4, 0, 0, time.UTC)
	m := memory{}
	l := desk.OpenLedger(m, func() time.Time { return now })
	if err := errors.Join(
		l.Tell(desk.Sent{Text: "old", Until: now.Add(time.Minute)}),
		l.Tell(desk.Sent{ID: "s", Text: "new", Until: now.Add(time.Hour)}),
		l.Untell("s"),
	); err != nil {
		t.Fatal(err)
	}
	now = now.Add(10 * time.Minute)
	l = desk.OpenLedger(m, func() time.Time { return now })
	if len(l.List) != 1 || l.List[0].Text != "new "+fmt.Sprintf("Deleted there at %s.", "15:04") {
		t.Errorf("later it has %+v", l.List)
	}
}
