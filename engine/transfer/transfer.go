// Package transfer makes the painting:
//
//	image -> tensor -> network -> losses -> gradient -> optimiser -> image
//
// once per scale of a coarse-to-fine pyramid; every scale starts from the one
// before. Nothing else knows the whole of it.
package transfer

import (
	"context"
	"errors"
	"image"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
)

// A Runner makes paintings in process, one after the other.
type Runner struct {
	Backend backend.Backend
	// Fallback goes on where Backend fails with backend.ErrLost; it may be nil.
	Fallback backend.Backend
	// Remark is said at the beginning of every run, as why it is this Backend, if not empty.
	Remark string
	// Weights returns the network that a recipe asks for by name.
	Weights func(ctx context.Context, name string) (*vgg.Weights, error)
	// Decode reads a picture file, upright, in sRGB. It reports faults to the
	// notes of ctx (engine.WithNotes).
	Decode func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	// Deep asks for Result.Deep.
	Deep bool
	// MemoryLimit is how many bytes a run may take, 0 for no limit: see Need.Fit. It does
	// not change what is painted, but for rounding.
	MemoryLimit int64
	// Probes remembers how fast the device is, from run to run; may be nil.
	Probes *Probes
}

var _ engine.Runner = (*Runner)(nil)

// Run makes one painting. The same request on the same back end gives the same
// picture, bit for bit, whatever the number of threads.
func (r *Runner) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	began := time.Now()
	ctx, said := noted(ctx, report)
	j, err := r.prepare(ctx, req, report)
	if j == nil && r.Fallback != nil && errors.Is(err, backend.ErrLost) {
		j, err = r.alone(err).prepare(ctx, req, report)
	}
	if err == nil {
		err = j.announce(ctx)
	}
	if j.fallsBack(err) {
		err = j.announce(ctx)
	}
	if err != nil {
		return nil, failure(err)
	}
	x, err := j.paint(ctx)
	if x == nil {
		return nil, failure(err)
	}
	res := &engine.Result{
		Picture: pixel.Image(x, j.plan.last().w, j.plan.last().h), Recipe: j.plan.recipe, Notes: append(*said, j.reports.notes...),
		StyleFactor: engine.Float(j.outcome.styleFactor),
		Iterations:  j.outcome.evaluations, Loss: engine.Float(j.outcome.loss), StyleDistance: engine.Float(j.outcome.distance), Elapsed: engine.SecondsOf(time.Since(began)),
	}
	if r.Deep {
		res.Deep = pixel.Image64(x, j.plan.last().w, j.plan.last().h)
	}
	pixel.CopyAlpha(res.Picture, res.Deep, j.originals.content)
	if err != nil {
		res.Checkpoint = j.outcome.checkpoint
		return res, failure(err)
	}
	return res, nil
}

// Estimate says what a run of that request takes, after one iteration at a small size. In how many
// blocks it would be painted, and what would do with fewer, it says as a note of ctx.
func (r *Runner) Estimate(ctx context.Context, req engine.Request) (engine.Estimate, error) {
	j, err := r.prepare(ctx, req, nil)
	if err == nil && j.pace.probed == 0 {
		j.pace.probed, err = j.plan.ground.probe(ctx, j.plan)
	}
	if err != nil {
		return engine.Estimate{}, engine.AsError(err)
	}
	engine.Note(ctx, j.plan.need().Note(j.plan.fitted))
	return j.pace.estimate(j.plan), nil
}

// A job is one run.
type job struct {
	be        backend.Backend
	other     backend.Backend // that goes on if be fails, or nil
	safe      safe
	originals *originals
	plan      *plan // another one once it was steered
	pace      pace
	reports   reports
	outcome   outcome
	control   *engine.Control
	pictures  *digests // for checkpoints, or nil if there are none to come
	resumed   *resumed // until its scale has begun
	reached   *canvas  // of the last scale that is done, or nil
}

// An outcome is what a run has come to.
type outcome struct {
	evaluations    int
	loss, distance float64 // distance of style, relative
	checkpoint     []byte  // of a run that was stopped
	styleFactor    float64 // of its last scale, for a larger one
}

// prepare checks the request and reads its pictures and weights.
func (r *Runner) prepare(ctx context.Context, req engine.Request, report func(engine.Progress)) (*job, error) {
	if report == nil {
		report = func(engine.Progress) {}
	}
	j := &job{be: r.Backend, other: r.Fallback, control: req.Control}
	j.reports = reports{
		report: named(report, &j.be), previews: rhythm{every: req.PreviewEvery}, checkpoints: rhythm{req.CheckpointEvery, time.Now()},
	}
	var err error
	if req.Checkpoint != nil {
		if j.resumed, err = readCheckpoint(req.Checkpoint); err != nil {
			return nil, err
		}
		req.Recipe = j.resumed.recipe
	}
	if err := req.Check(); err != nil {
		return nil, err
	}
	if j.resumed != nil {
		if err := j.resumed.Pictures.check(&req); err != nil {
			return nil, err
		}
	}
	if j.reports.checkpoints.asked() {
		d := digest(&req)
		j.pictures = &d
	}
	if r.Remark != "" {
		j.reports.keep(r.Remark)
	}
	j.reports.send(engine.Progress{Stage: engine.Preparing})
	if j.originals, err = r.readOriginals(ctx, &req); err != nil {
		return nil, err
	}
	need := j.originals.need()
	need.Checkpoints = j.resumed != nil || j.reports.checkpoints.asked()
	if j.plan, j.pace.probed, err = r.plan(ctx, req.Recipe, need); err != nil {
		return nil, err
	}
	if err := j.originals.masks.check(&req, j.plan.last()); err != nil {
		return nil, err
	}
	if err := j.takeSmaller(ctx, r, req.Smaller); err != nil {
		return nil, err
	}
	if j.resumed != nil {
		if err := j.takeUp(j.resumed); err != nil {
			return nil, err
		}
	}
	return j, ctx.Err()
}

// plan makes the plan of a recipe and pictures of those sizes, if it fits into memory. probed is
// how long a place takes, in seconds, if that was asked for choosing the size.
func (r *Runner) plan(ctx context.Context, recipe engine.Recipe, need Need) (p *plan, probed float64, err error) {
	g := &ground{be: r.Backend, need: need, memory: r.MemoryLimit, probes: r.Probes}
	if g.weights, err = r.Weights(ctx, recipe.Weights); err != nil {
		return nil, 0, err
	}
	g.need.LargestMap, g.need.Plain, g.need.Weights = limitOf(g.be), isPlain(g.be), g.weights
	if recipe.Size == engine.SizeAuto {
		p, probed, err = g.choose(ctx, recipe)
	} else {
		p, err = g.plan(recipe, 1)
	}
	if err != nil {
		return nil, 0, err
	}
	return p, probed, p.need().check(p.fitted, g.memory)
}

// announce says before it begins how long a run takes and in how many blocks it is
// painted. A run that takes hardly longer than the probe would does without.
func (j *job) announce(ctx context.Context) error {
	if note := j.plan.need().Note(j.plan.fitted); note != "" {
		j.reports.keep(note)
	}
	const worth = 50 // times the probe
	if j.pace.probed == 0 {
		if j.pace.rest(j.plan) < worth*probeSide*probeSide {
			return nil
		}
		var err error
		if j.pace.probed, err = j.plan.ground.probe(ctx, j.plan); err != nil {
			return err
		}
	}
	e := j.pace.estimate(j.plan)
	j.reports.send(engine.Progress{Stage: engine.Preparing, Estimate: &e, Remaining: e.Time, Fraction: engine.Float(j.pace.fraction(j.plan))})
	return nil
}

// paint goes through the scales. It returns the picture at the last scale's size:
// the finished one, or beside an error what there is so far, or nil if that is
// nothing.
func (j *job) paint(ctx context.Context) ([]float32, error) {
	j.pace.opened = time.Now()
	for i := j.pace.from.scale; i < len(j.plan.sizes); i++ {
		s := j.plan.sizes[i]
		x, err := j.scale(ctx, i, j.originals.started(j.plan, s, j.reached))
		if x != nil {
			j.reached = &canvas{s, x}
		}
		if err != nil {
			if j.reached == nil {
				return nil, err
			}
			return j.shown(j.reached.resized(j.plan.last())), err
		}
	}
	j.missed(ctx)
	return j.shown(*j.reached), nil
}

// missed says so if settings were to change in a run that had nothing left to paint.
func (j *job) missed(ctx context.Context) {
	if j.pace.at != j.pace.from || j.control.Paused() {
		return
	}
	if asked, err := j.control.Take(ctx); err == nil && asked != nil {
		j.reports.keep("The checkpoint belongs to a finished painting, so the changed settings had no effect. Start a new painting to use them.")
	}
}

// scale paints at one size from the given pixels, and returns the new ones; beside
// an error, those that were reached.
func (j *job) scale(ctx context.Context, i int, start []float32) ([]float32, error) {
	if j.other == nil { // and start is not kept while it is painted
		return j.scaleFrom(ctx, mark{scale: i}, start)
	}
	x, err := j.scaleFrom(ctx, mark{scale: i}, start)
	if j.fallsBack(err) {
		from := mark{scale: i}
		if j.safe.pixels != nil && j.safe.mark.scale == i {
			from, start = j.safe.mark, j.safe.pixels
		}
		return j.scaleFrom(ctx, from, start)
	}
	return x, err
}

// scaleFrom is scale after some of the iterations, on the back end that there is.
func (j *job) scaleFrom(ctx context.Context, from mark, start []float32) ([]float32, error) {
	i := from.scale
	s := j.plan.sizes[i]
	st, err := j.begin(ctx, j.plan, s, start)
	if err != nil {
		return nil, err
	}
	defer st.end()
	if j.resumed != nil {
		if err := j.resumed.restore(st); err != nil {
			return nil, err
		}
		if err := j.savePixels(st); err != nil {
			return nil, err
		}
		j.resumed = nil
	} else {
		j.pace.at = from
	}
	p := engine.Progress{Stage: engine.Painting, Scale: i + 1, Scales: len(j.plan.sizes), Width: s.w, Height: s.h, Iterations: j.plan.recipe.IterationsAt(i)}
	for j.pace.at.iteration < p.Iterations {
		if err := j.iterate(ctx, st, &p); err != nil {
			return j.stopped(ctx, st, err)
		}
		if j.pace.spent(j.plan) {
			j.finishEarly(st, p.Iterations)
		}
	}
	if err := ctx.Err(); err != nil && s != j.plan.last() {
		return j.stopped(ctx, st, err)
	}
	return st.pixels()
}

// iterate steers the stage if that was asked for, lets it take one step, and reports.
func (j *job) iterate(ctx context.Context, st *stage, p *engine.Progress) error {
	asked, err := j.wait(ctx, st, *p)
	if err != nil {
		return err
	}
	if asked != nil {
		if err := st.steer(ctx, asked); err != nil {
			return err
		}
	}
	stepping := ctx
	if j.reports.checkpoints.asked() { // half of an iteration cannot be gone on from
		stepping = context.WithoutCancel(ctx)
	}
	loss, err := st.step(stepping)
	if err != nil {
		return err
	}
	j.pace.at.iteration++
	j.outcome.evaluations++
	j.outcome.loss, j.outcome.distance = loss, st.objective.styleDistance()
	p.Iteration, p.Loss = j.pace.at.iteration, engine.Float(loss)
	if parts := st.objective.parts; parts.sum() == loss { // and not those of a step that was taken back
		p.Content, p.Style, p.Variation = engine.Float(parts.content), engine.Float(parts.style), engine.Float(parts.pixels)
	}
	if err := st.recalibrate(stepping, p.Iterations); err != nil {
		return err
	}
	if err := j.tell(ctx, *p, st); err != nil {
		return err
	}
	return j.savePixels(st)
}

// finishEarly ends a scale that has had its time before so many iterations.
func (j *job) finishEarly(st *stage, iterations int) {
	if n := j.pace.at.iteration; n < iterations { // or recalibrate has done it
		j.plan, _ = st.calibrated(n)
		j.pace.at.iteration, j.outcome.styleFactor = iterations, j.plan.styleFactor
	}
}

// shown returns a canvas' planes as they are seen.
func (j *job) shown(x canvas) []float32 { return j.originals.shown(&j.plan.recipe, x) }

// tell reports progress, with what of checkpoint and preview is due.
func (j *job) tell(ctx context.Context, p engine.Progress, st *stage) error {
	now := time.Now()
	var err error
	if p.Checkpoint, err = j.saveIfDue(ctx, st, now, j.control.Saves()); err != nil {
		return err
	}
	p.Fraction, p.Remaining = engine.Float(j.pace.fraction(j.plan)), engine.SecondsOf(j.pace.remaining(j.plan, now))
	if j.reports.previews.due(now) {
		px, err := st.pixels()
		if err != nil {
			return err
		}
		p.Preview = pixel.Image(j.shown(canvas{st.size, px}), st.w, st.h)
	}
	j.reports.send(p)
	return nil
}
