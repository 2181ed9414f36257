package transfer_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
)

// checkpoints runs and returns every checkpoint with the result.
func checkpoints(t *testing.T, change func(*engine.Request)) ([][]byte, *engine.Result) {
	t.Helper()
	req := request(func(r *engine.Recipe) { r.Iterations, r.History = 14, 5 })
	req.CheckpointEvery = time.Nanosecond
	change(&req)
	var list [][]byte
	res, reports := run(t, runner(2), req)
	for _, p := range reports {
		if p.Stage == engine.Painting {
			list = append(list, p.Checkpoint)
		}
	}
	return list, res
}

// From any checkpoint another runner comes to the same picture, bit for bit.
func TestCheckpoint(t *testing.T) {
	for name, change := range map[string]func(*engine.Request){
		"L-BFGS":     func(*engine.Request) {},
		"PyTorch's":  func(r *engine.Request) { r.Recipe.Optimizer = engine.LBFGSTorch },
		"Adam":       func(r *engine.Request) { r.Recipe.Optimizer = engine.Adam },
		"noise":      func(r *engine.Request) { r.Recipe.Start = engine.StartNoise },
		"smoothness": func(r *engine.Request) { r.Recipe.Smoothness = 30 },
	} {
		list, whole := checkpoints(t, change)
		if len(list) != 28 {
			t.Fatalf("%s: %d checkpoints", name, len(list))
		}
		for _, at := range []int{0, 3, 11, 13, 14, 20, 27} {
			req := request(nil)
			req.Checkpoint = list[at]
			res, reports := run(t, runner(1), req)
			if !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) || res.Loss != whole.Loss || res.Iterations != whole.Iterations {
				t.Errorf("%s: from checkpoint %d the run ends elsewhere: loss %v after %d, want %v after %d", name, at, res.Loss, res.Iterations, whole.Loss, whole.Iterations)
			}
			if got, want := len(reports)-1, 27-at; got != want {
				t.Errorf("%s: from checkpoint %d there are %d iterations, want %d", name, at, got, want)
			}
		}
	}
}

// sealed gives data the checksum that a checkpoint has.
func sealed(data []byte) []byte {
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return binary.LittleEndian.AppendUint32(bytes.Clone(data), sum)
}

// edited returns a checkpoint with an expression of its head replaced, with its length and
// checksum as they should be.
func edited(t testing.TB, checkpoint []byte, from, to string) []byte {
	t.Helper()
	n := binary.LittleEndian.Uint32(checkpoint[8:])
	head := checkpoint[12:][:n]
	next := regexp.MustCompile(from).ReplaceAll(head, []byte(to))
	if bytes.Equal(next, head) {
		t.Fatalf("the head has no %s: %s", from, head)
	}
	data := binary.LittleEndian.AppendUint32(bytes.Clone(checkpoint[:8]), uint32(len(next)))
	return sealed(append(append(data, next...), checkpoint[12+n:len(checkpoint)-4]...))
}

// A damaged checkpoint, or one of another program, is refused with advice, and takes no
// memory that its length does not account for.
func TestCheckpointErrors(t *testing.T) {
	list, _ := checkpoints(t, func(*engine.Request) {})
	good := list[20]
	with := func(at int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[at] = b
		return bad
	}
	body := good[:len(good)-4]
	notFinite := bytes.Clone(body)
	copy(notFinite[len(body)-4:], []byte{0, 0, 0x80, 0x7f})
	huge := strings.Repeat("0,", 16000) + "0"
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":            {[]byte{}, "not made by this program"},
		"text":               {[]byte("a checkpoint"), "not made by this program"},
		"magic alone":        {good[:8], "not made by this program"},
		"of version 1":       {append([]byte("TIACHK1\n"), good[8:]...), "earlier version"},
		"cut head":           {good[:40], "damaged"},
		"cut vectors":        {good[:len(good)-4], "damaged"},
		"cut and sealed":     {sealed(body[:len(body)-4]), "damaged"},
		"more vectors":       {sealed(append(bytes.Clone(body), 0, 0, 0, 0)), "damaged"},
		"one bit":            {with(len(good)-100, good[len(good)-100]^1), "damaged"},
		"a long head":        {sealed(with(11, 0xff)), "damaged"},
		"a broken head":      {edited(t, good, `^.`, "x"), "damaged"},
		"two heads":          {edited(t, good, `$`, "{}"), "damaged"},
		"other shape":        {edited(t, good, `"W":\d+,?`, `"W":1234,`), "damaged"},
		"a huge shape":       {edited(t, good, `"H":\d+`, `"H":268435455`), "damaged"},
		"a shape turned":     {edited(t, good, `"H":(\d+),"W":(\d+)`, `"H":$2,"W":$1`), "does not have the size"},
		"other scale":        {edited(t, good, `"scale":1`, `"scale":7`), "a scale"},
		"negative scale":     {edited(t, good, `"scale":1`, `"scale":-1`), "damaged"},
		"too far":            {edited(t, good, `"iteration":\d+`, `"iteration":15`), "damaged"},
		"a factor of 0":      {edited(t, good, `"style_factor":[^,]+`, `"style_factor":0`), "damaged"},
		"fewer vectors":      {edited(t, good, `"vectors":\d+`, `"vectors":3`), "damaged"},
		"more numbers":       {edited(t, good, `"numbers":\[`, `"numbers":[1,`), "damaged"},
		"many numbers":       {edited(t, good, `"numbers":\[[^]]*`, `"numbers":[`+huge), "damaged"},
		"numbers of 5 pairs": {edited(t, good, `"numbers":\[[^]]*`, `"numbers":[0,0,0,0,0,4617315517961601024`+strings.Repeat(",0", 40)), "damaged"},
		"numbers of 4 pairs": {edited(t, good, `"numbers":\[[^]]*`, `"numbers":[0,0,0,0,0,4616189618054758400`+strings.Repeat(",4607182418800017408", 26)), "damaged"},
		"not finite":         {sealed(notFinite), "not finite"},
		"a short digest":     {edited(t, good, `"content":"..`, `"content":"`), "damaged"},
		"no styles":          {edited(t, good, `"styles":\[[^]]*`, `"styles":[`), "damaged"},
		"an unknown field":   {edited(t, good, `"scale"`, `"skale"`), "damaged"},
	} {
		req := request(nil)
		req.Checkpoint = c.data
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res, err := runner(1).Run(context.Background(), req, nil)
		runtime.ReadMemStats(&after)
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.InvalidRecipe || !strings.Contains(e.Message, c.want) || !strings.Contains(e.Message, "Start a new painting") || res != nil {
			t.Errorf("%s: %v, %v, want %q", name, res, err, c.want)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
			t.Errorf("%s: it takes %d MiB", name, took>>20)
		}
	}
}

// A checkpoint is refused with other pictures than it was made with, and the sentence says
// which.
func TestCheckpointOfOtherPictures(t *testing.T) {
	withMasks := func(req *engine.Request) {
		req.Styles = append(req.Styles, file("second"))
		req.Masks, req.StyleMasks = []engine.File{{}, file("on second")}, []engine.File{file("part of painting")}
		req.Keep, req.StartPicture, req.Recipe.Start = file("kept"), file("first stroke"), engine.StartPicture
		req.Palette = file("palette")
	}
	white := func(r *transfer.Runner) *transfer.Runner {
		r.Decode = func(_ context.Context, f engine.File) (*image.NRGBA, error) {
			img := drawn("photo", 75, 50)
			if strings.Contains(f.Name, "kept") || strings.Contains(f.Name, "part") || strings.Contains(f.Name, "on ") {
				for i := range img.Pix[:len(img.Pix)/2] {
					img.Pix[i] = 255
				}
			}
			return img, nil
		}
		return r
	}
	req := request(nil)
	withMasks(&req)
	req.CheckpointEvery = time.Nanosecond
	_, reports := run(t, white(runner(2)), req)
	checkpoint := reports[3].Checkpoint
	for name, c := range map[string]struct {
		change func(*engine.Request)
		want   string
	}{
		"the same":        {func(*engine.Request) {}, ""},
		"photograph":      {func(r *engine.Request) { r.Content = file("other") }, "the photograph than other"},
		"style":           {func(r *engine.Request) { r.Styles[1] = file("other") }, "style picture 2 than other"},
		"fewer styles":    {func(r *engine.Request) { r.Styles, r.Masks = r.Styles[:1], nil }, "2 style pictures, not 1"},
		"more styles":     {func(r *engine.Request) { r.Styles = append(r.Styles, file("third")) }, "2 style pictures, not 3"},
		"another order":   {func(r *engine.Request) { r.Styles[0], r.Styles[1] = r.Styles[1], r.Styles[0] }, "style picture 1 than second"},
		"mask":            {func(r *engine.Request) { r.Masks[1] = file("on other") }, "the mask of style 2 than on other"},
		"no mask":         {func(r *engine.Request) { r.Masks = nil }, "with the mask of style 2, and none"},
		"one mask more":   {func(r *engine.Request) { r.Masks[0] = file("on painting") }, "without the mask of style 1, and on painting"},
		"part of a style": {func(r *engine.Request) { r.StyleMasks[0] = file("part of other") }, "the mask on style picture 1 than part of other"},
		"kept":            {func(r *engine.Request) { r.Keep = file("kept otherwise") }, "the mask of the kept area than kept otherwise"},
		"nothing kept":    {func(r *engine.Request) { r.Keep = engine.File{} }, "with the mask of the kept area, and none"},
		"palette":         {func(r *engine.Request) { r.Palette = file("other") }, "the palette than other"},
		"no palette":      {func(r *engine.Request) { r.Palette = engine.File{} }, "with the palette, and none"},
		"start":           {func(r *engine.Request) { r.StartPicture = file("other") }, "the picture to start from than other"},
	} {
		req := request(nil)
		withMasks(&req)
		req.Checkpoint = checkpoint
		c.change(&req)
		res, err := white(runner(1)).Run(context.Background(), req, nil)
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var e *engine.Error
		if !errors.As(err, &e) || e.Code != engine.InvalidPicture || !strings.Contains(e.Message, c.want) || res != nil {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A run that goes on takes the live settings that are asked for, and says so if it is too
// late for them.
func TestSteerResumed(t *testing.T) {
	list, _ := checkpoints(t, func(*engine.Request) {})
	for _, c := range []struct {
		at    int
		notes int
	}{{20, 0}, {27, 1}} {
		req := request(nil)
		req.Checkpoint = list[c.at]
		recipe, err := transfer.RecipeOf(req.Checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		recipe.Strength, recipe.Seed = 90, 7 // a seed is no live setting
		req.Control = &engine.Control{}
		if err := req.Control.Change(recipe); err != nil {
			t.Fatal(err)
		}
		res, _ := run(t, runner(1), req)
		if want := 90 - float64(c.notes)*40; res.Recipe.Strength != want || res.Recipe.Seed != 0 || len(res.Notes) != c.notes {
			t.Errorf("from checkpoint %d it ends with strength %v, seed %d, notes %q", c.at, res.Recipe.Strength, res.Recipe.Seed, res.Notes)
		}
	}
}

// Stopped, a run that was asked for checkpoints leaves one, from which it ends as if it
// had not been.
func TestCheckpointOfStopped(t *testing.T) {
	_, whole := checkpoints(t, func(*engine.Request) {})
	for _, at := range []int{2, 9, 17} {
		req := request(func(r *engine.Recipe) { r.Iterations, r.History = 14, 5 })
		req.CheckpointEvery = time.Hour
		ctx, stop := context.WithCancel(context.Background())
		n := 0
		res, err := runner(2).Run(ctx, req, func(engine.Progress) {
			if n++; n == at {
				stop()
			}
		})
		stop()
		if engine.AsError(err).Code != engine.Cancelled || res == nil || res.Checkpoint == nil {
			t.Fatalf("stopped after %d reports it leaves %v, %v", at, res, err)
		}
		next := request(nil)
		next.Checkpoint = res.Checkpoint
		if res, _ := run(t, runner(2), next); !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) {
			t.Errorf("stopped after %d reports it ends elsewhere", at)
		}
	}
}

// A countdown is a context that ends when it is asked for the nth time.
type countdown struct {
	context.Context
	left atomic.Int64
	done chan struct{}
}

func (c *countdown) Err() error {
	switch left := c.left.Add(-1); {
	case left > 0:
		return nil
	case left == 0:
		close(c.done)
	}
	return context.Canceled
}

func (c *countdown) Done() <-chan struct{} { return c.done }

// Wherever a run is stopped, also in the middle of an iteration or between two scales,
// what it leaves leads to the same picture.
func TestCheckpointOfStoppedAnywhere(t *testing.T) {
	_, whole := checkpoints(t, func(*engine.Request) {})
	left := 0
	for n := 1; ; n++ {
		ctx := &countdown{Context: context.Background(), done: make(chan struct{})}
		ctx.left.Store(int64(n))
		req := request(func(r *engine.Recipe) { r.Iterations, r.History = 14, 5 })
		req.CheckpointEvery = time.Hour
		res, err := runner(1).Run(ctx, req, nil)
		if err == nil {
			break // n is larger than how often it asks
		}
		if res == nil || res.Checkpoint == nil {
			continue
		}
		left++
		next := request(nil)
		next.Checkpoint = res.Checkpoint
		if res, _ := run(t, runner(2), next); !bytes.Equal(res.Picture.Pix, whole.Picture.Pix) {
			t.Errorf("stopped when it asks for the %dth time, it ends elsewhere", n)
		}
	}
	if left < 20 {
		t.Errorf("only %d of the runs left a checkpoint", left)
	}
}

// A run from any checkpoint ends with a picture or a sentence. Half of the inputs get the
// head's length and the checksum that they should have.
func FuzzCheckpoint(f *testing.F) {
	req := request(func(r *engine.Recipe) { r.Size, r.Iterations, r.History = 32, 3, 2 })
	req.CheckpointEvery = time.Nanosecond
	var good []byte
	if _, err := runner(1).Run(context.Background(), req, func(p engine.Progress) {
		if p.Checkpoint != nil {
			good = p.Checkpoint
		}
	}); err != nil {
		f.Fatal(err)
	}
	n := binary.LittleEndian.Uint32(good[8:])
	f.Add(good[12:][:n], good[12+n:len(good)-4], true)
	f.Add(good[:12+n], good[12+n:], false)
	f.Add([]byte("TIACHK2\n\x02\x00\x00\x00{}"), []byte{}, false)
	f.Fuzz(func(t *testing.T, head, rest []byte, seal bool) {
		data := append(bytes.Clone(head), rest...)
		if seal {
			data = binary.LittleEndian.AppendUint32([]byte("TIACHK2\n"), uint32(len(head)))
			data = sealed(append(append(data, head...), rest...))
		}
		req := request(nil)
		req.Checkpoint = data
		if r, err := transfer.RecipeOf(data); err == nil && (r.Size > 96 || r.Iterations > 10) {
			return // which may take its time
		}
		if _, err := runner(1).Run(context.Background(), req, nil); err != nil {
			var e *engine.Error
			if !errors.As(err, &e) || e.Code == engine.Internal {
				t.Fatal(err)
			}
		}
	})
}
