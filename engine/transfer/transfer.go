// Package transfer makes the painting:
//
//	image -> tensor -> network -> losses -> gradient -> optimiser -> image
//
// once per scale of a coarse-to-fine pyramid; every scale starts from the one
// before. Nothing else knows the whole of it.
package transfer

import (
	"context"
	"image"
	"slices"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/optim"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
)

// A Runner makes paintings in process, one after the other.
type Runner struct {
	Backend backend.Backend
	// Fallback goes on where Backend fails with backend.ErrLost; it may be nil.
	Fallback backend.Backend
	// Weights returns the network that a recipe asks for by name.
	Weights func(ctx context.Context, name string) (*vgg.Weights, error)
	// Decode reads a picture file, upright, in sRGB. What it has to say of it goes to the
	// notes of ctx (engine.WithNotes).
	Decode func(ctx context.Context, f engine.File) (*image.NRGBA, error)
	// Deep asks for Result.Deep.
	Deep bool
	// MemoryBudget is how many bytes a run may take, 0 for no limit: see Need.Fit. It does
	// not change what is painted, but for rounding.
	MemoryBudget int64
}

var _ engine.Runner = (*Runner)(nil)

// Run makes one painting. The same request on the same back end gives the same
// picture, bit for bit, whatever the number of threads.
func (r *Runner) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	began := time.Now()
	ctx, said := noted(ctx, report)
	job, err := r.prepare(ctx, req, report)
	if err == nil {
		err = job.announce(ctx)
	}
	if job.fallsBack(err) {
		err = job.announce(ctx)
	}
	if err != nil {
		return nil, failure(err)
	}
	x, err := job.paint(ctx)
	if x == nil {
		return nil, failure(err)
	}
	res := &engine.Result{
		Picture: pixel.Image(x, job.last().w, job.last().h),
		Recipe:  job.recipe, Iterations: job.done, Loss: engine.Float(job.loss), StyleDistance: engine.Float(job.distance), Elapsed: engine.SecondsOf(time.Since(began)), Notes: job.notes,
	}
	if r.Deep {
		res.Deep = pixel.Image64(x, job.last().w, job.last().h)
	}
	res.Notes = append(*said, res.Notes...)
	pixel.CopyAlpha(res.Picture, res.Deep, job.content)
	if err != nil {
		res.Checkpoint = job.left
		return res, failure(err)
	}
	return res, nil
}

// A job is one run: what stays the same over its scales, and how far it has come.
type job struct {
	recipe  engine.Recipe
	be      backend.Backend
	other   backend.Backend // that goes on if be fails, or nil
	safe    safe
	weights *vgg.Weights
	net     *vgg.Network
	content *image.NRGBA
	seen    [2]seen // the content at the sizes that were asked for last
	styles  []*image.NRGBA
	middles map[*image.NRGBA][]float32 // of pictures that are larger than middle
	masks   masks
	// What kept last returned, and for what.
	keptFor  keptAt
	keptMask []float32
	start    *image.NRGBA // the picture that a run may be told to start from
	shares   []float64
	// styleFactor is what calibration multiplies the weight of style by.
	styleFactor float64
	sizes       []size
	report      func(engine.Progress)
	control     *engine.Control
	note        string    // to be said with the next report
	notes       []string  // of the result
	opened      time.Time // when painting began, pauses left out

	previewEvery    time.Duration
	previewed       time.Time
	checkpointEvery time.Duration
	checkpointed    time.Time
	checkpoints     bool     // whether there are any, before or to come
	resumed         *resumed // until its scale has begun
	left            []byte   // the checkpoint of a run that was stopped
	memory          int64    // what the run may take, in bytes, or 0
	fitted          Fit
	prices          []float64 // of each scale: the places that an evaluation goes through
	work, worked    float64   // places times evaluations: in all, and done
	resumedAt       float64   // what was worked when the run went on
	probed          float64   // seconds for a place, or 0
	began           time.Time
	before          float64 // what was worked when began was set
	done            int     // evaluations
	loss            float64
	distance        float64 // of style, relative
}

type size struct{ w, h int }

func (j *job) last() size { return j.sizes[len(j.sizes)-1] }

// prepare checks the request and reads its pictures and weights.
func (r *Runner) prepare(ctx context.Context, req engine.Request, report func(engine.Progress)) (*job, error) {
	if report == nil {
		report = func(engine.Progress) {}
	}
	var from *resumed
	if req.Checkpoint != nil {
		var err error
		if from, err = readCheckpoint(req.Checkpoint); err != nil {
			return nil, err
		}
		req.Recipe = from.recipe
	}
	if err := req.Check(); err != nil {
		return nil, err
	}
	j := &job{}
	say := report
	report = func(p engine.Progress) {
		if d, ok := j.be.(backend.Named); ok {
			p.Device = d.Device()
		}
		say(p)
	}
	*j = job{recipe: req.Recipe, styleFactor: 1, be: r.Backend, other: r.Fallback, report: report, control: req.Control, memory: r.MemoryBudget,
		previewEvery: req.PreviewEvery, checkpointEvery: req.CheckpointEvery, checkpointed: time.Now(), checkpoints: from != nil || req.CheckpointEvery > 0}
	var err error
	if j.shares, err = req.Recipe.StyleShares(len(req.Styles)); err != nil {
		return nil, err
	}
	report(engine.Progress{Stage: engine.Preparing})
	if j.content, err = r.Decode(ctx, req.Content); err != nil {
		return nil, err
	}
	for _, f := range req.Styles {
		style, err := r.Decode(ctx, f)
		if err != nil {
			return nil, err
		}
		j.styles = append(j.styles, style)
	}
	if j.masks, err = r.readMasks(ctx, &req); err != nil {
		return nil, err
	}
	if req.Recipe.Start == engine.StartPicture {
		if j.start, err = r.Decode(ctx, req.StartPicture); err != nil {
			return nil, err
		}
	}
	if j.weights, err = r.Weights(ctx, req.Recipe.Weights); err != nil {
		return nil, err
	}
	if j.net, err = network(r.Backend, j.weights, &req.Recipe); err != nil {
		return nil, err
	}
	b := j.content.Bounds()
	j.sizes = pyramid(&req.Recipe, b.Dx(), b.Dy())
	if err := j.masks.check(j.last()); err != nil {
		return nil, err
	}
	if err := j.price(); err != nil {
		return nil, err
	}
	if from != nil {
		if from.Scale >= len(j.sizes) {
			return nil, engine.Errorf(engine.InvalidRecipe, "The checkpoint is of a scale that these pictures have not; give the pictures it was made with.")
		}
		j.resumed, j.done, j.worked, j.loss = from, from.Done, j.workedAt(from.Scale, from.Iteration), from.Loss
		j.styleFactor = from.StyleFactor
		j.resumedAt = j.worked
	}
	return j, ctx.Err()
}

// pyramid returns the sizes to paint at, smallest first, each about twice the one
// before. By itself it goes down to about 64 pixels.
func pyramid(r *engine.Recipe, w, h int) []size {
	const smallest = 64
	scales := r.Scales
	if scales == 0 {
		for scales = 1; r.Size>>scales >= smallest; scales++ {
		}
	}
	var sizes []size
	for i := scales - 1; i >= 0; i-- {
		if longer := r.Size >> i; longer >= 16 || i == 0 {
			sw, sh := pixel.Fit(w, h, longer)
			sizes = append(sizes, size{sw, sh})
		}
	}
	return sizes
}

// paint goes through the scales. It returns the picture at the last scale's size:
// the finished one, or beside an error what there is so far, or nil if that is
// nothing.
func (j *job) paint(ctx context.Context) ([]float32, error) {
	j.opened = time.Now()
	var x []float32
	var before size
	for i, s := range j.sizes {
		if j.resumed != nil && i < j.resumed.Scale {
			continue
		}
		start := x
		switch {
		case start != nil:
			start = j.larger(start, before, s)
		case j.recipe.Start == engine.StartNoise:
			start = noise(j.recipe.Seed, s)
		case j.recipe.Start == engine.StartMean:
			start = faintNoise(j.recipe.Seed, s, j.net)
		case j.start != nil:
			start = pixel.Planes(j.start, s.w, s.h)
		default:
			start = slices.Clone(j.photograph(s))
		}
		if kept := j.kept(s); kept != nil {
			start = blended(start, j.photograph(s), kept)
		}
		next, err := j.scale(ctx, i, start)
		if next != nil {
			x, before = next, s
		}
		if err != nil {
			if x != nil {
				x = j.shown(pixel.Resize(x, before.w, before.h, j.last().w, j.last().h), j.last())
			}
			return x, err
		}
	}
	return j.shown(x, j.last()), nil
}

// scale paints at one size from the given pixels, and returns the new ones; beside
// an error, those that were reached.
func (j *job) scale(ctx context.Context, i int, start []float32) ([]float32, error) {
	x, err := j.scaleOn(ctx, i, 0, start)
	if j.fallsBack(err) {
		first := 0
		if j.safe.scale == i && j.safe.pixels != nil {
			first, start = j.safe.iteration, j.safe.pixels
		}
		j.worked = j.workedAt(i, first)
		return j.scaleOn(ctx, i, first, start)
	}
	return x, err
}

// scaleOn is scale on the back end that there is, from that iteration on.
func (j *job) scaleOn(ctx context.Context, i, first int, start []float32) ([]float32, error) {
	s := j.sizes[i]
	progress := engine.Progress{Stage: engine.Painting, Scale: i + 1, Scales: len(j.sizes), Width: s.w, Height: s.h, Iterations: j.recipe.IterationsAt(i)}
	st, err := j.begin(ctx, s, start)
	if err != nil {
		return nil, err
	}
	defer st.end()
	if j.resumed != nil {
		if err := j.resumed.restore(st); err != nil {
			return nil, err
		}
		first, j.resumed = j.resumed.Iteration, nil
	}
	stepping := ctx
	if j.checkpointEvery > 0 { // half of an iteration cannot be gone on from
		stepping = context.WithoutCancel(ctx)
	}
	for n := first; n < progress.Iterations; n++ {
		asked, err := j.wait(ctx, progress)
		if err == nil && asked != nil {
			err = st.steer(ctx, asked)
		}
		var loss float64
		if err == nil {
			loss, err = st.step(stepping)
		}
		if err != nil {
			return j.stopped(ctx, st, i, n, err)
		}
		j.done, j.loss, j.worked = j.done+1, loss, j.worked+j.prices[i]
		j.distance = st.objective.styleDistance()
		progress.Iteration = n + 1
		progress.Loss = engine.Float(loss)
		if p := st.objective.parts; p.sum() == loss { // and not those of a step that was taken back
			progress.Content, progress.Style, progress.Variation = engine.Float(p.content), engine.Float(p.style), engine.Float(p.variation)
		}
		if err := st.recalibrate(stepping, i, n+1, progress.Iterations); err != nil {
			return st.reached, err
		}
		if err := j.tell(ctx, progress, st); err != nil {
			return nil, err
		}
		j.note = ""
		if err := j.savePixels(st, i, n+1); err != nil {
			return nil, err
		}
		if j.spent(i) {
			if n+1 < progress.Iterations { // or recalibrate has done it
				j.calibrate(st, n+1)
			}
			j.worked += j.prices[i] * float64(progress.Iterations-n-1)
			break
		}
	}
	if err := ctx.Err(); err != nil && i < len(j.sizes)-1 {
		return j.stopped(ctx, st, i, progress.Iterations, err)
	}
	return st.pixels()
}

// scene brings the photograph to size s, with the border, and the styles' longer sides
// to that of s times the style scale.
func (j *job) scene(s size, border int) *scene {
	content := j.photograph(s)
	sc := &scene{be: j.be, net: j.net, recipe: &j.recipe, styleFactor: j.styleFactor, regions: j.regions(s, border), kept: j.kept(s)}
	if sc.kept != nil {
		sc.kept = bordered(sc.kept, s, border)
	}
	compared := content
	for i, style := range j.styles {
		to := styleSize(&j.recipe, s, i, style.Bounds().Size())
		var planes []float32
		compared, planes = coloursOf(&j.recipe, content, j.planes(style, to))
		around := borderAt(to, border)
		sc.styles = append(sc.styles, newPicture(planes, to, around))
		var of []float32
		if j.masks.of[i] != nil {
			of = bordered(pixel.Mask(j.masks.of[i], to.w, to.h), to, around)
		}
		sc.of = append(sc.of, of)
	}
	sc.content = newPicture(compared, s, border)
	return sc
}

// shown returns the planes x at size s as they are seen: with the photograph where it is
// kept, and with its colours where those are.
func (j *job) shown(x []float32, s size) []float32 {
	kept := j.kept(s)
	if kept == nil && j.recipe.KeepColours == 0 {
		return x
	}
	content := j.photograph(s)
	return blended(coloured(&j.recipe, x, content), content, kept)
}

// tell reports progress, with a preview when one is due.
func (j *job) tell(ctx context.Context, p engine.Progress, st *stage) error {
	now := time.Now()
	if j.checkpointEvery > 0 && now.Sub(j.checkpointed) >= j.checkpointEvery {
		j.checkpointed = now
		var err error
		// Not cut short by ctx: who stops the run needs it most.
		if p.Checkpoint, err = j.save(context.WithoutCancel(ctx), st, p.Scale-1, p.Iteration); err != nil {
			return err
		}
	}
	p.Fraction, p.Note = engine.Float(j.worked/j.work), j.note
	p.Remaining = engine.SecondsOf(j.remaining(now))
	if j.previewEvery > 0 && now.Sub(j.previewed) >= j.previewEvery {
		j.previewed = now
		px, err := st.pixels()
		if err != nil {
			return err
		}
		p.Preview = pixel.Image(j.shown(px, st.size), st.w, st.h)
	}
	j.report(p)
	return nil
}

func newOptimizer(r *engine.Recipe, be backend.Backend, o *objective, x backend.Buffer) optim.Optimizer {
	f := o.evaluate
	if r.Optimizer == engine.Adam {
		return optim.NewAdam(be, f, x, r.LearningRate, r.Averaging)
	}
	o.along = &optim.Along{}
	return optim.NewLBFGS(be, f, x, optim.LBFGSOptions{
		Along:   o.along,
		History: r.History,
		Torch:   r.Optimizer == engine.LBFGSTorch,
		Rate:    r.LearningRate,
	})
}
