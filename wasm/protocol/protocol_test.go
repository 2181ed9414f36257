package protocol_test

import (
	"encoding/json"
	"fmt"
	"image"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

// parts are those of a message.
type parts = map[string][]byte

func recipe(t testing.TB) engine.Recipe {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	r.Size, r.Strength = 96, 61.5
	return r
}

func picture(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	return img
}

func messages(t testing.TB) []protocol.Message {
	result := &engine.Result{Picture: picture(5, 3), Recipe: recipe(t), Iterations: 160, Loss: 0.25, StyleDistance: 0.003, Elapsed: 3, Notes: []string{"A note."}}
	return []protocol.Message{
		protocol.Start{ID: 7, WeightsURL: "https://example.org/weights/small.safetensors", Request: engine.Request{
			Recipe:       recipe(t),
			Content:      engine.File{Name: "a b.jpg", Data: []byte{1, 2, 3}},
			Styles:       []engine.File{{Name: "s.png", Data: []byte{4}}, {Name: "ü.webp", Data: []byte{5, 6}}},
			PreviewEvery: 200 * time.Millisecond,
		}},
		protocol.Start{ID: 8, Request: engine.Request{
			Recipe: recipe(t), Content: engine.File{Name: "c", Data: []byte{1}},
			Styles:       []engine.File{{Name: "s", Data: []byte{4}}, {Name: "t", Data: []byte{5, 6}}},
			Masks:        []engine.File{{}, {Name: "m", Data: []byte{7}}},
			StyleMasks:   []engine.File{{Name: "n", Data: []byte{8}}, {}},
			Keep:         engine.File{Name: "k", Data: []byte{9}},
			Palette:      engine.File{Name: "q", Data: []byte{13}},
			StartPicture: engine.File{Name: "b", Data: []byte{10}},
			Smaller:      engine.File{Name: "l", Data: []byte{11}},
			Checkpoint:   []byte{11, 12}, CheckpointEvery: time.Minute,
		}},
		protocol.Start{ID: 9, Request: engine.Request{Recipe: recipe(t)}}, // of which Check says what it lacks
		protocol.Steer{ID: 7, Recipe: recipe(t)},
		protocol.Pause{ID: 7},
		protocol.Resume{ID: 7},
		protocol.Save{ID: 7},
		protocol.Fetch{WeightsURL: "https://example.org/weights/small.safetensors"},
		protocol.Foresee{ID: 8, WeightsURL: "/weights/small", Outline: engine.Outline{Recipe: recipe(t), Content: image.Pt(4000, 3000), Styles: []image.Point{{X: 3, Y: 2}}, Masks: 1, Smaller: 500, Checkpoints: true}},
		protocol.Foreseen{ID: 8, Estimate: engine.Estimate{Size: 1024, Time: 28, Bytes: 3 << 30, Blocks: 6}},
		protocol.Cancel{ID: 7},
		protocol.Grow{ID: 9, WeightsURL: "/weights/small", Picture: picture(3, 2), Seeds: []byte{0, 1, 2, 0, 1, 2}},
		protocol.Grown{ID: 9, Mask: []byte{0, 128, 255}},
		protocol.Ready{Version: "1.2.3"},
		protocol.Progress{ID: 7, Progress: engine.Progress{
			Stage: engine.Painting, Position: 1, Scale: 2, Scales: 3, Width: 64, Height: 48,
			Iteration: 12, Iterations: 80, Fraction: 0.4, Remaining: 9,
			Loss: 1e-3, Content: 2, Style: 3, Variation: 4, Preview: picture(64, 48),
		}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Painting, Preview: picture(2, 1), Checkpoint: []byte{1, 2, 3}}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Painting, Checkpoint: []byte{1}}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Preparing, Note: "A note.", Device: "A GPU"}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Preparing, Estimate: &engine.Estimate{Time: 60, Bytes: 3 << 30, Blocks: 6}}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Fetching, Bytes: 5200000, TotalBytes: 1 << 33}},
		protocol.Done{ID: 7, Result: result},
		protocol.Failed{ID: 7, Code: engine.Busy, Message: "One painting at a time."},
		protocol.Failed{ID: 7, Code: engine.Internal, Message: "Something went wrong.", Broken: true},
		protocol.Failed{ID: 7, Code: engine.Cancelled, Message: "The painting was stopped.", Result: result},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, want := range messages(t) {
		head, parts, err := protocol.Encode(want)
		if err != nil {
			t.Fatalf("Encode(%T): %v", want, err)
		}
		got, err := protocol.Decode(head, parts)
		if err != nil {
			t.Fatalf("Decode(%T): %v", want, err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%T came back as\n%+v, want\n%+v", want, got, want)
		}
	}
}

func TestFailedKeepsTheCode(t *testing.T) {
	e := protocol.Failed{Code: engine.TooLarge, Message: "Too large."}.Err()
	if e.Code != engine.TooLarge || e.Message != "Too large." {
		t.Errorf("got %q, %q", e.Code, e.Message)
	}
}

func TestLossThatRanAwayStillCrosses(t *testing.T) {
	for _, loss := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		head, parts, err := protocol.Encode(protocol.Progress{ID: 1, Progress: engine.Progress{Stage: engine.Painting, Loss: engine.Float(loss)}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := protocol.Decode(head, parts)
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(m.(protocol.Progress).Loss); !math.IsNaN(got) {
			t.Errorf("loss %v arrived as %v, want NaN", loss, got)
		}
	}
}

func TestPartOfAPictureIsPacked(t *testing.T) {
	whole := picture(6, 5)
	part := whole.SubImage(image.Rect(2, 1, 5, 4)).(*image.NRGBA)
	head, parts, err := protocol.Encode(protocol.Progress{ID: 1, Progress: engine.Progress{Preview: part}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := protocol.Decode(head, parts)
	if err != nil {
		t.Fatal(err)
	}
	got := m.(protocol.Progress).Preview
	if got.Rect != image.Rect(0, 0, 3, 3) {
		t.Fatalf("rectangle %v, want 3 x 3", got.Rect)
	}
	for y := range 3 {
		for x := range 3 {
			if g, w := got.NRGBAAt(x, y), part.NRGBAAt(x+2, y+1); g != w {
				t.Errorf("pixel %d,%d is %v, want %v", x, y, g, w)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := string(recipe(t).JSON())
	start := func(files string) string {
		return `{"kind":"start","id":1,"recipe":` + good + `,"files":` + files + `}`
	}
	const pair = `[{"role":"content","name":"a"},{"role":"style","name":"b"}]`
	progress := func(fields string) string {
		return `{"kind":"progress","id":1,"progress":{"stage":"painting",` + fields + `}}`
	}
	preview := func(size string) string { return progress(`"preview":` + size) }
	pixels := func(n int) parts { return parts{"preview": make([]byte, n)} }
	two := parts{"file-0": {1}, "file-1": {2}}
	many, roles := parts{}, ""
	for i := range engine.MaxStyles + 1 {
		many[fmt.Sprintf("file-%d", i)] = []byte{1}
		roles += `,{"role":"style","name":"s"}`
	}
	tooMany := parts{}
	for i := range protocol.MaxParts + 1 {
		tooMany[fmt.Sprint(i)] = nil
	}
	long := strings.Repeat("x", protocol.MaxNameLength+1)
	tests := []struct {
		name, head string
		parts      parts
	}{
		{"nothing", ``, nil},
		{"no JSON", `hello`, nil},
		{"no object", `[1]`, nil},
		{"unknown kind", `{"kind":"dance"}`, nil},
		{"unknown field", `{"kind":"ready","colour":1}`, nil},
		{"header too long", `{"kind":"ready","version":"` + strings.Repeat("x", protocol.MaxHeader) + `"}`, nil},
		{"too many parts", `{"kind":"ready"}`, tooMany},
		{"part that nobody asked for", `{"kind":"cancel","id":1}`, parts{"picture": {1}}},
		{"start names more than it brings", start(`[{"role":"content","name":"a"},{"role":"style","name":"b"},{"role":"keep","name":"c"}]`), two},
		{"start brings more than it names", start(pair), parts{"file-0": {1}, "file-1": {2}, "file-2": {3}}},
		{"start brings parts of other names", start(pair), parts{"file-0": {1}, "style": {2}}},
		{"start with two of what there is one of", start(`[{"role":"content","name":"a"},{"role":"content","name":"b"}]`), two},
		{"start with a file of no role", start(`[{"role":"dance","name":"a"}]`), parts{"file-0": {1}}},
		{"start with too many styles", start("[" + roles[1:] + "]"), many},
		{"start with a long name", start(`[{"role":"content","name":"` + long + `"}]`), parts{"file-0": {1}}},
		{"start with a long address", strings.Replace(start(pair), `"id":1`, `"weights_url":"`+long+`"`, 1), two},
		{"start with a file too large", start(pair), parts{"file-0": {1}, "file-1": make([]byte, protocol.MaxFile+1)}},
		{"start with previews in the past", strings.Replace(start(pair), `"id":1`, `"preview_every":-1`, 1), two},
		{"start without recipe", `{"kind":"start","id":1,"files":` + pair + `}`, two},
		{"start with a bad recipe", `{"kind":"start","id":1,"recipe":{"size":-1},"files":` + pair + `}`, two},
		{"progress of nothing", `{"kind":"progress","id":1}`, nil},
		{"progress below zero", progress(`"iteration":-1`), nil},
		{"bytes below zero", progress(`"bytes":-1`), nil},
		{"all bytes below zero", progress(`"total_bytes":-1`), nil},
		{"fetch from a long address", `{"kind":"fetch","weights_url":"` + long + `"}`, nil},
		{"estimate below zero", progress(`"estimate":{"seconds":1,"bytes":-1,"blocks":1}`), nil},
		{"time below zero", progress(`"remaining_seconds":-5`), nil},
		{"preview without pixels", preview(`{"width":2,"height":2}`), nil},
		{"preview one byte short", preview(`{"width":2,"height":2}`), pixels(15)},
		{"preview one byte long", preview(`{"width":2,"height":2}`), pixels(17)},
		{"preview of no size", preview(`{"width":0,"height":2}`), pixels(0)},
		{"preview of negative size", preview(`{"width":-2,"height":-2}`), pixels(16)},
		{"preview whose size overflows", preview(`{"width":4611686018427387904,"height":4}`), pixels(0)},
		{"preview too large", preview(`{"width":16777216,"height":16777216}`), pixels(0)},
		{"pixels without a size", progress(`"scale":1`), pixels(16)},
		{"scribbles without a picture", `{"kind":"grow","id":1}`, parts{"seeds": {1}}},
		{"scribbles of another size", `{"kind":"grow","id":1,"picture":{"width":1,"height":1}}`, parts{"picture": {1, 2, 3, 4}, "seeds": {1, 2}}},
		{"grown to nothing", `{"kind":"grown","id":1}`, nil},
		{"done without result", `{"kind":"done","id":1}`, nil},
		{"done without picture", `{"kind":"done","id":1,"result":{"recipe":` + good + `}}`, nil},
		{"done without recipe", `{"kind":"done","id":1,"result":{"picture":{"width":1,"height":1}}}`, parts{"picture": {1, 2, 3, 4}}},
		{"failed without reason", `{"kind":"failed","id":1}`, nil},
		{"failed with a broken result", `{"kind":"failed","id":1,"code":"busy","message":"m","result":{"picture":{"width":1,"height":1},"iterations":-1,"recipe":` + good + `}}`, parts{"picture": {1, 2, 3, 4}}},
	}
	for _, test := range tests {
		if m, err := protocol.Decode([]byte(test.head), test.parts); err == nil {
			t.Errorf("%s: got %+v, want an error", test.name, m)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, m := range messages(f) {
		head, parts, err := protocol.Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		packed, err := json.Marshal(parts)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(head, packed)
	}
	f.Fuzz(func(t *testing.T, head, packed []byte) {
		var parts map[string][]byte
		if json.Unmarshal(packed, &parts) != nil {
			parts = map[string][]byte{"picture": packed}
		}
		m, err := protocol.Decode(head, parts)
		if err != nil {
			return
		}
		head2, parts2, err := protocol.Encode(m)
		if err != nil {
			t.Fatalf("%+v was read and cannot be written: %v", m, err)
		}
		if _, err := protocol.Decode(head2, parts2); err != nil {
			t.Fatalf("%+v was written as %s and cannot be read: %v", m, head2, err)
		}
	})
}
