//go:build unix

package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/internal/await"
	"trappedinart/internal/fixture"
	"trappedinart/internal/program"
	"trappedinart/server/api"
	"trappedinart/server/store"
	"trappedinart/weights"
)

// People hand over jobs, in make soak twenty of them ten each, while workers are killed, twenty
// times there, and the server once: each job that was taken ends with the picture that an undisturbed run
// gives, and there is one result of each.
func TestNothingIsLost(t *testing.T) {
	const kinds = 4 // of different jobs
	customers, each, kills := 8, 5, 4
	if fixture.Soak() {
		customers, each, kills = 20, 10, 20
	}
	if testing.Short() {
		fixture.Elsewhere(t, "make unit: with the race detector it takes too long, and server/jobs has the same in small")
	}
	// So that a job that never ends is reported with the logs; plain Go on a busy machine
	// has taken two minutes.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()

	var requests [kinds]engine.Request
	var want [kinds][]byte
	runner := &transfer.Runner{Backend: cpu.New(1), Weights: (&weights.Store{}).Named, Decode: pixel.Decode}
	for k := range kinds {
		requests[k] = chaosRequest(t, k)
		res, err := runner.Run(ctx, requests[k], nil)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := pixel.EncodeResult(&b, res, pixel.PNG, false); err != nil {
			t.Fatal(err)
		}
		want[k] = b.Bytes()
		for i := range k {
			if bytes.Equal(want[i], want[k]) {
				t.Fatal("two kinds of jobs give the same picture")
			}
		}
	}

	addr, nats := freeAddress(t), freeAddress(t)
	server := startProgram(t, "serve", "--addr", addr, "--data", t.TempDir(), "--nats-listen", nats, "--workers", "0", "--worker-silence", "1s")
	workers := make([]*program.Program, 2)
	for i := range workers {
		workers[i] = startProgram(t, "worker", "--nats", "nats://"+nats, "--data", t.TempDir(), "--threads", "1", "--checkpoint-every", "1s")
	}

	var lost, finished atomic.Int64
	var mu sync.Mutex
	ids := map[string]bool{}
	var all sync.WaitGroup
	for n := range customers {
		all.Go(func() {
			c := &customer{base: "http://" + addr, lost: &lost}
			for i := range each {
				kind := (n + i) % kinds
				job, err := c.submit(ctx, requests[kind])
				if err != nil {
					t.Error(err)
					return
				}
				end, err := c.follow(ctx, job)
				if err != nil || end != api.EventDone {
					t.Errorf("the job %s comes to %q, %v", job.ID, end, err)
					return
				}
				if got, err := c.result(ctx, job); err != nil || !bytes.Equal(got, want[kind]) {
					t.Errorf("a job gives another picture, %v", err)
				}
				mu.Lock()
				if ids[job.ID] {
					t.Error("two jobs have the same id")
				}
				ids[job.ID] = true
				mu.Unlock()
				finished.Add(1)
			}
		})
	}

	// Killed at even distances of what gets done, so in the middle of it on any machine.
	go func() {
		for k := range kills {
			for range await.Turns(ctx, 10*time.Millisecond) {
				if finished.Load() >= int64((k+1)*customers*each/(kills+2)) {
					break
				}
			}
			w := workers[k%len(workers)]
			w.Kill()
			if k == kills/2 {
				server.Kill()
				server.Again(t)
			}
			w.Again(t)
		}
	}()
	all.Wait()
	if t.Failed() {
		return
	}
	if n := len(ids); n != customers*each {
		t.Errorf("%d jobs are done", n)
	}
	assertResults(ctx, t, "nats://"+nats, ids, lost.Load())
}

// assertResults looks whether there is one result of each job and nothing else, but for
// jobs whose customers did not hear that they were taken.
func assertResults(ctx context.Context, t *testing.T, url string, ids map[string]bool, lost int64) {
	t.Helper()
	s, err := store.Open(ctx, store.Options{URL: url, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	paintings, err := s.JetStream().ObjectStore(ctx, "trapped_paintings")
	if err != nil {
		t.Fatal(err)
	}
	uploads, err := s.JetStream().ObjectStore(ctx, "trapped_uploads")
	if err != nil {
		t.Fatal(err)
	}
	of, others := map[string]int{}, map[string]bool{}
	await.Right(t, "the last worker to tidy up", func() string {
		// A list waits for as many as there were when it began; of these some may go meanwhile.
		ctx, stop := context.WithTimeout(ctx, 2*time.Second)
		defer stop()
		list, err := paintings.List(ctx)
		if err != nil {
			return err.Error()
		}
		queue, err := s.JetStream().Stream(ctx, "TRAPPED_JOBS")
		if err != nil {
			return err.Error()
		}
		left, err := uploads.List(ctx)
		if err != nil && !errors.Is(err, jetstream.ErrNoObjectsFound) {
			return err.Error()
		}
		clear(of)
		clear(others)
		checkpoints := 0
		for _, info := range list {
			id, kind, _ := strings.Cut(info.Name, ".")
			if kind == "a" || kind == "b" {
				checkpoints++
			}
			of[id]++
			if !ids[id] {
				others[id] = true
			}
		}
		// Of a job that was not taken there may be the pictures, until they expire.
		left = slices.DeleteFunc(left, func(info *jetstream.ObjectInfo) bool { return !ids[info.Name] })
		if queue.CachedInfo().State.Msgs > 0 || checkpoints > 0 || len(left) > 0 {
			return fmt.Sprintf("%d messages, %d checkpoints and %d uploads are left; %d answers were lost", queue.CachedInfo().State.Msgs, checkpoints, len(left), lost)
		}
		return ""
	})
	for id := range ids {
		if of[id] != 1 {
			t.Errorf("the job %s has %d results", id, of[id])
		}
	}
	if int64(len(others)) > lost {
		t.Errorf("there are results of %d jobs that nobody handed over; %d answers were lost", len(others), lost)
	}
}

// chaosRequest is a small job of a kind.
func chaosRequest(t *testing.T, kind int) engine.Request {
	t.Helper()
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	r.Size, r.Scales, r.Iterations, r.Strength = 48, 1, 6, 30+10*float64(kind)
	file := func(seed uint64) engine.File {
		img := image.NewNRGBA(image.Rect(0, 0, 64, 48))
		source := rand.New(rand.NewPCG(seed, 0))
		for i := range img.Pix {
			img.Pix[i] = uint8(i*int(seed+3)/64) ^ uint8(source.IntN(64))
			if i%4 == 3 {
				img.Pix[i] = 255
			}
		}
		var b bytes.Buffer
		if err := pixel.Encode(&b, img, pixel.PNG); err != nil {
			t.Fatal(err)
		}
		return engine.File{Name: "picture.png", Data: b.Bytes()}
	}
	return engine.Request{Recipe: r, Content: file(1), Styles: []engine.File{file(2)}}
}
