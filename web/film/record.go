package film

import (
	"context"
	"errors"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
)

// A Format is what a browser records.
type Format struct{ Kind, Suffix string }

// formats are those that are tried, the best first.
var formats = []Format{
	{"video/webm;codecs=vp9", ".webm"}, {"video/webm;codecs=vp8", ".webm"}, {"video/webm", ".webm"}, {"video/mp4", ".mp4"},
}

// formatOf is what this browser records of a canvas, or none.
func formatOf() Format {
	recorder, canvas := app.Window().Get("MediaRecorder"), app.Window().Get("HTMLCanvasElement")
	if !recorder.Truthy() || !canvas.Truthy() || !canvas.Get("prototype").Get("captureStream").Truthy() {
		return Format{}
	}
	for _, f := range formats {
		if recorder.Call("isTypeSupported", f.Kind).Bool() {
			return f
		}
	}
	return Format{}
}

const (
	rate    = 25        // frames a second
	bitRate = 5_000_000 // bits a second
)

// record shows a film on a canvas as long as it lasts, and returns what the browser made of it. draw
// draws what is seen at a time; it may wait.
func record(ctx context.Context, f Format, w, h int, length time.Duration, draw func(pen app.Value, at time.Duration) error) (blob app.Value, err error) {
	canvas := app.Window().Get("document").Call("createElement", "canvas")
	canvas.Set("width", w)
	canvas.Set("height", h)
	pen := canvas.Call("getContext", "2d", map[string]any{"alpha": false})
	if err := draw(pen, 0); err != nil {
		return nil, err
	}
	stream := canvas.Call("captureStream", rate)
	defer func() { stream.Call("getTracks").Index(0).Call("stop") }()
	var recorder app.Value
	err = dom.Try(func() {
		recorder = app.Window().Get("MediaRecorder").New(stream, map[string]any{"mimeType": f.Kind, "videoBitsPerSecond": bitRate})
	})
	if err != nil {
		return nil, err
	}
	chunks, ended := app.Window().Get("Array").New(), make(chan error, 2)
	listen := func(event string, hear func(e app.Value)) app.Func {
		fn := app.FuncOf(func(_ app.Value, args []app.Value) any {
			hear(args[0])
			return nil
		})
		recorder.Call("addEventListener", event, fn)
		return fn
	}
	defer listen("dataavailable", func(e app.Value) { chunks.Call("push", e.Get("data")) }).Release()
	defer listen("error", func(e app.Value) { ended <- errors.New(dom.Text(e.Get("error"))) }).Release()
	defer listen("stop", func(app.Value) { ended <- nil }).Release()
	if err := dom.Try(func() { recorder.Call("start") }); err != nil {
		return nil, err
	}
	err = play(ctx, length, ended, func(at time.Duration) error { return draw(pen, at) })
	if recorder.Get("state").String() != "inactive" {
		recorder.Call("stop")
		err = errors.Join(err, <-ended)
	}
	if err != nil {
		return nil, err
	}
	return app.Window().Get("Blob").New(chunks), nil
}

// play draws from now on, so many times a second as the browser can, until the film or its recording
// is over.
func play(ctx context.Context, length time.Duration, ended <-chan error, draw func(at time.Duration) error) error {
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for began := time.Now(); time.Since(began) < length; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return errors.Join(errors.New("the recording has ended too early"), err)
		case <-tick.C:
		}
		if err := draw(time.Since(began)); err != nil {
			return err
		}
	}
	return nil
}
