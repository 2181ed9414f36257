// This made the data directories here, each in a clone of the program at the commit that it is
// named after: go run ./make DIR; tar czf NAME.tar.gz -C DIR .. It has a job that is done, one that was given back with a
// checkpoint, one that waits, and a share; each with its sender's words beside it. Everything
// is kept for a hundred years, and so must be opened.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/server/jobs"
	"trappedinart/server/shares"
	"trappedinart/server/store"
	"trappedinart/web/envelope"
	"trappedinart/weights"
)

const keep = 100 * 365 * 24 * time.Hour

type ticket struct{ ID, Token string }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func picture(w, h int) engine.File {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x*y + 40) % 256), 255})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err)
	}
	return engine.File{Name: "picture.png", Data: buf.Bytes()}
}

func main() {
	dir, ctx := os.Args[1], context.Background()
	s := must(store.Open(ctx, store.Options{Dir: dir}))
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	q := must(jobs.NewQueue(ctx, s.JetStream(), log, jobs.Options{Keep: keep, Bytes: 64 << 20}))
	r := must(engine.Preset(engine.Painterly))
	r.Size, r.Scales, r.Iterations, r.History, r.Weights = 40, 1, 3, 2, "small"
	req := engine.Request{Recipe: r, Content: picture(40, 30), Styles: []engine.File{picture(32, 32), picture(24, 32)}, Keep: picture(20, 15)}
	submit := func() (t ticket) {
		var err error
		t.ID, t.Token, err = q.Submit(ctx, req)
		return must(t, err)
	}
	tickets := map[string]ticket{"done": submit()}
	req.Recipe.Iterations = 40
	tickets["begun"] = submit()
	req.Recipe.Iterations = 3
	tickets["waiting"] = submit()

	paintInto(ctx, s.JetStream(), q, tickets["begun"], log)
	result, _, err := q.Result(ctx, tickets["done"].ID, tickets["done"].Token)
	picture := must(io.ReadAll(must(result, err)))

	kept := must(shares.Open(ctx, s.JetStream(), shares.Options{}))
	sealed, key, err := envelope.Seal(envelope.Envelope{Title: "from before", Picture: picture})
	must(0, err)
	share, token, err := kept.Put(ctx, bytes.NewReader(sealed), int64(len(sealed)), keep)
	must(0, err)
	q.Close()
	s.Close()
	all := map[string]any{"jobs": tickets, "share": ticket{share.ID, token}, "key": key.String()}
	must(0, os.WriteFile(filepath.Join(dir, "tickets.json"), must(json.Marshal(all)), 0o600))
	must(0, os.WriteFile(filepath.Join(dir, "result.png"), picture, 0o600))
}

// paintInto paints until a job has begun, and gives that back.
func paintInto(ctx context.Context, js jetstream.JetStream, q *jobs.Queue, of ticket, log *slog.Logger) {
	working, stop := context.WithCancel(ctx)
	ended := make(chan error)
	go func() {
		runner := &transfer.Runner{Backend: cpu.New(1), Weights: (&weights.Store{}).Named, Decode: pixel.Decode}
		w := jobs.Worker{JetStream: js, Runner: runner, Log: log, CheckpointEvery: time.Hour}
		ended <- w.Run(working)
	}()
	watch := must(q.Watch(ctx, of.ID, of.Token))
	for {
		status := must(watch.Next(ctx))
		var p struct{ Iteration int }
		if status.Latest.Data != nil && json.Unmarshal(status.Latest.Data, &p) == nil && p.Iteration > 4 {
			break
		}
	}
	stop()
	if err := <-ended; err != nil {
		panic(err)
	}
}
