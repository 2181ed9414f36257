package protocol_test

import (
	"encoding/json"
	"image"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/wasm/protocol"
)

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
	result := &engine.Result{Picture: picture(5, 3), Recipe: recipe(t), Iterations: 160, Loss: 0.25, StyleDistance: 0.003, Elapsed: 3 * time.Second, Notes: []string{"A note."}}
	return []protocol.Message{
		protocol.Start{
			ID: 7, Recipe: recipe(t), WeightsURL: "https://example.org/weights/small.safetensors",
			Content:      engine.File{Name: "a b.jpg", Data: []byte{1, 2, 3}},
			Styles:       []engine.File{{Name: "s.png", Data: []byte{4}}, {Name: "ü.webp", Data: []byte{5, 6}}},
			PreviewEvery: 200 * time.Millisecond,
		},
		protocol.Start{
			ID: 8, Recipe: recipe(t), Content: engine.File{Name: "c", Data: []byte{1}},
			Styles:     []engine.File{{Name: "s", Data: []byte{4}}, {Name: "t", Data: []byte{5, 6}}},
			Masks:      []engine.File{{}, {Name: "m", Data: []byte{7}}},
			StyleMasks: []engine.File{{Name: "n", Data: []byte{8}}, {}},
			Keep:       engine.File{Name: "k", Data: []byte{9}},
			Begin:      engine.File{Name: "b", Data: []byte{10}},
			Resume:     []byte{11, 12}, CheckpointEvery: time.Minute,
		},
		protocol.Steer{ID: 7, Recipe: recipe(t)},
		protocol.Pause{ID: 7},
		protocol.Resume{ID: 7},
		protocol.Fetch{WeightsURL: "https://example.org/weights/small.safetensors"},
		protocol.Cancel{ID: 7},
		protocol.Grow{ID: 9, WeightsURL: "/weights/small", Picture: picture(3, 2), Seeds: []byte{0, 1, 2, 0, 1, 2}},
		protocol.Grown{ID: 9, Mask: []byte{0, 128, 255}},
		protocol.Ready{Version: "1.2.3"},
		protocol.Progress{ID: 7, Progress: engine.Progress{
			Stage: engine.Painting, Position: 1, Scale: 2, Scales: 3, Width: 64, Height: 48,
			Iteration: 12, Iterations: 80, Fraction: 0.4, Remaining: 9 * time.Second,
			Loss: 1e-3, Content: 2, Style: 3, Variation: 4, Preview: picture(64, 48),
		}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Painting, Preview: picture(2, 1), Checkpoint: []byte{1, 2, 3}}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Painting, Checkpoint: []byte{1}}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Preparing, Note: "A note.", Device: "A GPU"}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Preparing, Estimate: &engine.Estimate{Time: time.Minute, Bytes: 3 << 30, Blocks: 6}}},
		protocol.Progress{ID: 7, Progress: engine.Progress{Stage: engine.Fetching, Bytes: 5200000, TotalBytes: 1 << 33}},
		protocol.Done{ID: 7, Result: result},
		protocol.Failed{ID: 7, Code: engine.Busy, Message: "One painting at a time."},
		protocol.Failed{ID: 7, Code: engine.Cancelled, Message: "The run was stopped.", Result: result},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, want := range messages(t) {
		head, buffers, err := protocol.Encode(want)
		if err != nil {
			t.Fatalf("Encode(%T): %v", want, err)
		}
		got, err := protocol.Decode(head, buffers)
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
		head, buffers, err := protocol.Encode(protocol.Progress{ID: 1, Progress: engine.Progress{Stage: engine.Painting, Loss: loss}})
		if err != nil {
			t.Fatal(err)
		}
		m, err := protocol.Decode(head, buffers)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.(protocol.Progress).Loss; !math.IsNaN(got) {
			t.Errorf("loss %v arrived as %v, want NaN", loss, got)
		}
	}
}

func TestPartOfAPictureIsPacked(t *testing.T) {
	whole := picture(6, 5)
	part := whole.SubImage(image.Rect(2, 1, 5, 4)).(*image.NRGBA)
	head, buffers, err := protocol.Encode(protocol.Progress{ID: 1, Progress: engine.Progress{Preview: part}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := protocol.Decode(head, buffers)
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
	start := func(names string) string {
		return `{"kind":"start","id":1,"recipe":` + good + `,"names":` + names + `}`
	}
	preview := func(size string) string {
		return `{"kind":"progress","id":1,"progress":{"stage":"painting","preview":` + size + `}}`
	}
	two := [][]byte{{1}, {2}}
	tests := []struct {
		name, head string
		buffers    [][]byte
	}{
		{"nothing", ``, nil},
		{"no JSON", `hello`, nil},
		{"no object", `[1]`, nil},
		{"unknown kind", `{"kind":"dance"}`, nil},
		{"unknown field", `{"kind":"ready","colour":1}`, nil},
		{"header too long", `{"kind":"ready","version":"` + strings.Repeat("x", protocol.MaxHeader) + `"}`, nil},
		{"too many buffers", `{"kind":"ready"}`, make([][]byte, protocol.MaxBuffers+1)},
		{"buffer that nobody asked for", `{"kind":"cancel","id":1}`, [][]byte{{1}}},
		{"start without style", start(`["a"]`), [][]byte{{1}}},
		{"start without pictures", start(`[]`), nil},
		{"start names more than it brings", start(`["a","b","c"]`), two},
		{"start brings more than it names", start(`["a","b"]`), [][]byte{{1}, {2}, {3}}},
		{"start with a long name", start(`["` + strings.Repeat("x", protocol.MaxNameLength+1) + `","b"]`), two},
		{"start with a long address", strings.Replace(start(`["a","b"]`), `"id":1`, `"weights_url":"`+strings.Repeat("x", protocol.MaxNameLength+1)+`"`, 1), two},
		{"start with a file too large", start(`["a","b"]`), [][]byte{{1}, make([]byte, protocol.MaxFile+1)}},
		{"start with previews in the past", strings.Replace(start(`["a","b"]`), `"id":1`, `"preview_every":-1`, 1), two},
		{"start without recipe", `{"kind":"start","id":1,"names":["a","b"]}`, two},
		{"start with a bad recipe", `{"kind":"start","id":1,"recipe":{"size":-1},"names":["a","b"]}`, two},
		{"progress of nothing", `{"kind":"progress","id":1}`, nil},
		{"progress below zero", `{"kind":"progress","id":1,"progress":{"stage":"painting","iteration":-1}}`, nil},
		{"bytes below zero", `{"kind":"progress","id":1,"progress":{"stage":"fetching","bytes":-1}}`, nil},
		{"all bytes below zero", `{"kind":"progress","id":1,"progress":{"stage":"fetching","total_bytes":-1}}`, nil},
		{"fetch from a long address", `{"kind":"fetch","weights_url":"` + strings.Repeat("x", protocol.MaxNameLength+1) + `"}`, nil},
		{"estimate below zero", `{"kind":"progress","id":1,"progress":{"stage":"preparing","estimate":{"time":1,"bytes":-1,"blocks":1}}}`, nil},
		{"time below zero", `{"kind":"progress","id":1,"progress":{"stage":"painting","remaining":-5}}`, nil},
		{"preview without pixels", preview(`{"width":2,"height":2}`), nil},
		{"preview one byte short", preview(`{"width":2,"height":2}`), [][]byte{make([]byte, 15)}},
		{"preview one byte long", preview(`{"width":2,"height":2}`), [][]byte{make([]byte, 17)}},
		{"preview of no size", preview(`{"width":0,"height":2}`), [][]byte{{}}},
		{"preview of negative size", preview(`{"width":-2,"height":-2}`), [][]byte{make([]byte, 16)}},
		{"preview whose size overflows", preview(`{"width":4611686018427387904,"height":4}`), [][]byte{{}}},
		{"preview too large", preview(`{"width":16777216,"height":16777216}`), [][]byte{{}}},
		{"done without result", `{"kind":"done","id":1}`, nil},
		{"done without picture", `{"kind":"done","id":1,"result":{"recipe":` + good + `}}`, nil},
		{"done without recipe", `{"kind":"done","id":1,"result":{"picture":{"width":1,"height":1}}}`, [][]byte{{1, 2, 3, 4}}},
		{"failed without reason", `{"kind":"failed","id":1}`, nil},
		{"failed with a broken result", `{"kind":"failed","id":1,"code":"busy","message":"m","result":{"picture":{"width":1,"height":1},"iterations":-1,"recipe":` + good + `}}`, [][]byte{{1, 2, 3, 4}}},
	}
	for _, test := range tests {
		if m, err := protocol.Decode([]byte(test.head), test.buffers); err == nil {
			t.Errorf("%s: got %+v, want an error", test.name, m)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, m := range messages(f) {
		head, buffers, err := protocol.Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		packed, err := json.Marshal(buffers)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(head, packed)
	}
	f.Fuzz(func(t *testing.T, head, packed []byte) {
		var buffers [][]byte
		if json.Unmarshal(packed, &buffers) != nil {
			buffers = [][]byte{packed}
		}
		m, err := protocol.Decode(head, buffers)
		if err != nil {
			return
		}
		head2, buffers2, err := protocol.Encode(m)
		if err != nil {
			t.Fatalf("%+v was read and cannot be written: %v", m, err)
		}
		if _, err := protocol.Decode(head2, buffers2); err != nil {
			t.Fatalf("%+v was written as %s and cannot be read: %v", m, head2, err)
		}
	})
}
