package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"strings"
	"testing"
	"time"

	"trappedinart/engine"
	"trappedinart/internal/await"
	"trappedinart/server/api"
	"trappedinart/server/jobs"
	"trappedinart/server/store"
)

// iteration is how far the newest report of a job is, 0 if there is none.
func iteration(s jobs.Status) int {
	var p api.Progress
	if s.Latest.Data == nil || json.Unmarshal(s.Latest.Data, &p) != nil {
		return 0
	}
	return p.Iteration
}

func painting(s jobs.Status) bool { return iteration(s) > 0 }

// A gate is a Runner that paints one iteration for each turn.
type gate struct {
	turns chan struct{}
	most  int
}

func (g gate) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	img := image.NewNRGBA(image.Rect(0, 0, 4, 3))
	for i := range g.most {
		select {
		case <-g.turns:
			report(engine.Progress{Stage: engine.Painting, Iteration: i + 1, Preview: img})
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &engine.Result{Picture: img}, nil
}

func TestOrderAndCancelling(t *testing.T) {
	everywhere(t, jobs.Options{}, func(b *bench) {
		g := gate{turns: make(chan struct{}), most: 1000}
		b.work(jobs.Worker{Runner: g})
		first := b.submit(request(1))
		g.turns <- struct{}{}
		b.until(first, painting)
		second, third := b.submit(request(1)), b.submit(request(1))
		if s := b.until(third, func(s jobs.Status) bool { return s.Position == 2 }); s.State != api.Queued {
			b.Errorf("the third is %+v", s)
		}
		if err := b.Cancel(b.Context(), second.id, second.token); err != nil {
			b.Fatal(err)
		}
		b.until(third, func(s jobs.Status) bool { return s.Position == 1 })
		w, err := b.Watch(b.Context(), first.id, first.token)
		if err != nil {
			b.Fatal(err)
		}
		if err := b.Cancel(b.Context(), first.id, first.token); err != nil {
			b.Fatal(err)
		}
		for {
			s, err := w.Next(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			if s.Final() {
				if s.State != api.Cancelled {
					b.Errorf("a job that is removed while it is watched is %+v", s)
				}
				break
			}
		}
		for _, gone := range []ticket{first, second} {
			if _, err := b.Status(b.Context(), gone.id, gone.token); engine.AsError(err).Code != engine.NotFound {
				b.Errorf("a removed job says %v", err)
			}
		}
		g.turns <- struct{}{} // the worker is free again
		b.until(third, painting)
		if err := b.Cancel(b.Context(), third.id, third.token); err != nil {
			b.Fatal(err)
		}
		b.kept(0)
	})
}

func TestTokens(t *testing.T) {
	b := open(t, store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}, jobs.Options{})
	mine, other := b.submit(request(1)), b.submit(request(1))
	for _, wrong := range []ticket{{mine.id, other.token}, {mine.id, ""}, {"", mine.token}, {"../" + mine.id, mine.token}, {"*", mine.token}, {strings.Repeat("A", 26), mine.token}} {
		if _, err := b.Status(t.Context(), wrong.id, wrong.token); err == nil || engine.AsError(err).Code != engine.NotFound {
			t.Errorf("%+v is answered by %v", wrong, err)
		}
		if err := b.Cancel(t.Context(), wrong.id, wrong.token); err == nil || engine.AsError(err).Code != engine.NotFound {
			t.Errorf("%+v can be cancelled: %v", wrong, err)
		}
	}
	kv, err := b.js.KeyValue(t.Context(), "trapped_jobs")
	if err != nil {
		t.Fatal(err)
	}
	e, err := kv.Get(t.Context(), mine.id)
	if err != nil || bytes.Contains(e.Value(), []byte(mine.token)) {
		t.Errorf("the token is kept as it is: %s, %v", e.Value(), err)
	}
}

// A job that one server takes is known to another at once.
func TestTwoServers(t *testing.T) {
	b := open(t, store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}, jobs.Options{})
	other := open(t, store.Options{URL: b.url}, jobs.Options{})
	for range 20 {
		of := b.submit(request(1))
		if s, err := other.Status(t.Context(), of.id, of.token); err != nil || s.State != api.Queued {
			t.Fatalf("it is %+v, %v", s, err)
		}
		if err := other.Cancel(t.Context(), of.id, of.token); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLimits(t *testing.T) {
	everywhere(t, jobs.Options{Jobs: 2, Bytes: 800 << 10}, func(b *bench) {
		big := request(1)
		big.Content.Data = append(big.Content.Data, make([]byte, 300<<10)...)
		refused := func(req engine.Request, says string) {
			b.Helper()
			_, _, err := b.Submit(b.Context(), req)
			if e := engine.AsError(err); e == nil || e.Code != engine.Busy || !strings.Contains(e.Message, says) {
				b.Errorf("it is answered by %v", err)
			}
		}
		refused(big, "no space for more pictures")
		b.kept(0)
		one, two := b.submit(request(1)), b.submit(request(1))
		refused(request(1), "too much to do")
		for _, of := range []ticket{one, two} {
			if err := b.Cancel(b.Context(), of.id, of.token); err != nil {
				b.Fatal(err)
			}
		}
		b.kept(0)
		b.submit(request(1))
	})
}

// Jobs and results go by themselves.
func TestExpiry(t *testing.T) {
	everywhere(t, jobs.Options{Keep: 2 * time.Second}, func(b *bench) {
		g := gate{turns: make(chan struct{}, 1), most: 1}
		stop := b.work(jobs.Worker{Runner: g})
		g.turns <- struct{}{}
		done := b.submit(request(1))
		b.result(done)
		stop()
		waiting := b.submit(request(1))
		for _, of := range []ticket{done, waiting} {
			await.That(b, "the job "+of.id+" to expire, which is kept for 2 s", func() bool {
				_, err := b.Status(b.Context(), of.id, of.token)
				return err != nil && engine.AsError(err).Code == engine.NotFound
			})
		}
		b.kept(0)
	})
}

func TestTimeLimit(t *testing.T) {
	b := open(t, store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}, jobs.Options{})
	b.work(jobs.Worker{Runner: gate{most: 1}, Limit: 100 * time.Millisecond})
	s := b.until(b.submit(request(1)), jobs.Status.Final)
	if s.State != api.Failed || s.Err.Code != engine.TooLarge || !strings.Contains(s.Err.Message, "longer than this server allows") {
		t.Errorf("a job that takes too long is %+v, %v", s, s.Err)
	}
	b.kept(0)
}

// A worker that is killed loses its job to another, which goes on from the checkpoint to
// the very picture that nobody's killing would have given.
func TestKilled(t *testing.T) {
	everywhere(t, jobs.Options{}, func(b *bench) {
		req := request(long())
		of := b.submit(req)
		p := start(b.T, "worker", b.url)
		b.until(of, func(s jobs.Status) bool { return iteration(s) >= long()/3 && len(b.objects("trapped_paintings")) > 0 })
		p.Kill()
		b.goesOn(of, req)
	})
}

// A worker that is asked to end gives its job back at once.
func TestTerminated(t *testing.T) {
	everywhere(t, jobs.Options{Silence: time.Hour}, func(b *bench) {
		req := request(long())
		of := b.submit(req)
		p := start(b.T, "worker", b.url)
		b.until(of, func(s jobs.Status) bool { return iteration(s) >= long()/3 })
		terminate(b.T, p)
		if s := b.until(of, func(jobs.Status) bool { return true }); s.State != api.Queued || s.Position != 1 {
			b.Errorf("given back, it is %+v", s)
		}
		if n := len(b.objects("trapped_paintings")); n != 1 {
			b.Errorf("there are %d checkpoints", n)
		}
		b.goesOn(of, req)
	})
}

// A job that breaks every worker ends as failed.
func TestBreaksWorkers(t *testing.T) {
	b := open(t, store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}, jobs.Options{})
	of := b.submit(request(1))
	for range 6 {
		p := start(t, "crash", b.url)
		var s jobs.Status
		await.That(t, "the worker to crash, or the job to fail", func() bool {
			var err error
			if s, err = b.Status(t.Context(), of.id, of.token); err != nil {
				t.Fatal(err)
			}
			return !p.Running() || s.Final()
		})
		if s.Final() {
			if s.State != api.Failed || !strings.Contains(s.Err.Message, "5 times") {
				t.Errorf("it is %+v, %v", s, s.Err)
			}
			b.kept(0)
			return
		}
	}
	t.Error("it never ends")
}

// Jobs survive a restart of the server and its store, and are painted afterwards.
func TestRestart(t *testing.T) {
	dir := t.TempDir()
	var taken []ticket
	t.Run("before", func(t *testing.T) {
		b := open(t, store.Options{Dir: dir, Listen: "127.0.0.1:0"}, jobs.Options{})
		for range 3 {
			taken = append(taken, b.submit(request(2)))
		}
		// As if the server had been killed before it could tell the workers of the last.
		s, err := b.js.Stream(t.Context(), "TRAPPED_JOBS")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.DeleteMsg(t.Context(), s.CachedInfo().State.LastSeq); err != nil {
			t.Fatal(err)
		}
	})
	b := open(t, store.Options{Dir: dir, Listen: "127.0.0.1:0"}, jobs.Options{})
	for i, of := range taken {
		if s := b.until(of, func(jobs.Status) bool { return true }); s.State != api.Queued || s.Position != i+1 {
			t.Errorf("job %d is %+v", i+1, s)
		}
	}
	b.work(jobs.Worker{Runner: painter()})
	for _, of := range taken {
		if !bytes.Equal(b.result(of), undisturbed(t, request(2))) {
			t.Error("another picture")
		}
	}
}

// A steered is a Runner that paints until it is given strength 90.
type steered struct{ begun chan struct{} }

func (s steered) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	report(engine.Progress{Stage: engine.Painting, Iteration: 1, Preview: image.NewNRGBA(image.Rect(0, 0, 4, 3))})
	select {
	case s.begun <- struct{}{}:
	default:
	}
	for {
		asked, err := req.Control.Await(ctx)
		if err != nil {
			return nil, err
		}
		if asked.Recipe != nil && asked.Recipe.Strength == 90 {
			return &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 4, 3))}, nil
		}
	}
}

// A recipe reaches a job that is painted, and one that waits; one that has ended has no use
// for it.
func TestSteer(t *testing.T) {
	everywhere(t, jobs.Options{}, func(b *bench) {
		runner := steered{make(chan struct{}, 1)}
		b.work(jobs.Worker{Runner: runner})
		first := b.submit(request(1))
		<-runner.begun
		second := b.submit(request(1))
		r := request(1).Recipe
		for _, strength := range []float64{20, 90} {
			r.Strength = strength
			if err := b.Steer(b.Context(), second.id, second.token, r); err != nil {
				b.Fatal(err)
			}
		}
		if err := b.Steer(b.Context(), first.id, second.token, r); err == nil || engine.AsError(err).Code != engine.NotFound {
			b.Errorf("with another's token: %v", err)
		}
		if err := b.Steer(b.Context(), first.id, first.token, r); err != nil {
			b.Fatal(err)
		}
		for _, j := range []ticket{first, second} {
			b.until(j, func(s jobs.Status) bool { return s.State == api.Done })
		}
		if err := b.Steer(b.Context(), first.id, first.token, r); err == nil || engine.AsError(err).Code != engine.NotFound {
			b.Errorf("after its end: %v", err)
		}
		r.Strength = 1000
		if err := b.Steer(b.Context(), first.id, first.token, r); err == nil || engine.AsError(err).Code != engine.InvalidRecipe {
			b.Errorf("a wrong recipe: %v", err)
		}
	})
}
