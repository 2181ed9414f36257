//go:build !js

// Package train makes the small network: VGG's first three blocks with fewer channels,
// taught to predict what VGG-19 sees at relu1_1 to relu3_2 through a linear map at each
// place, its head.
//
// It learns from crops of pictures and, as it goes, from pictures that were painted with
// it: those are what it will be asked about, and where it and its teacher disagree most.
package train

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/weights/judge"
)

// Options say how a network is trained.
type Options struct {
	Widths  []int           // channels of conv1_1 to conv3_2
	Steps   int             // of Adam, in all
	Batch   int             // crops of a step
	Side    int             // of a crop, in pixels
	Rate    float64         // the highest; it rises over Warmup steps and falls to 0 by a cosine
	Gram    float64         // weight of the loss on Gram matrices; that of the features is 1
	Painted float64         // share of crops from painted pictures
	Pooling backend.Pooling // of teacher and student
	Seed    uint64
}

const (
	warmup     = 200
	settle     = 200 // steps in which the heads of a network that comes without them learn alone
	heldEvery  = 20  // pictures, of which one is held out
	heldCrops  = 48
	paintEvery = 100 // steps
	paintKeep  = 256 // pictures
	paintAfter = 500 // steps, or a quarter of all, before which the network sees too little
)

// A Trainer is a training under way.
type Trainer struct {
	Options
	Step  int           // steps done
	Spent time.Duration // on them, if whoever counts the time says so

	teacher     *vgg.Weights
	backends    []backend.Trainer // one for each thread, each of one thread
	passes      []*pass
	p           *params
	m, v        []float32 // of Adam
	rms         [Layers]float64
	train, held []source
	painted     []*image.NRGBA
	paintings   int
	paintFrom   int  // the step from which on it paints
	settled     bool // or the heads alone learn at first
}

// New begins a training with the pictures in dir.
func New(ctx context.Context, o Options, teacher *vgg.Weights, dir string, backends []backend.Trainer) (*Trainer, error) {
	if err := o.check(teacher); err != nil {
		return nil, err
	}
	pictures, err := readPictures(ctx, dir, o.Side)
	if err != nil {
		return nil, err
	}
	t := &Trainer{Options: o, teacher: teacher, backends: backends}
	t.train, t.held = split(pictures, heldEvery)
	var outs []int
	for _, c := range teacher.Convs[:Layers] {
		outs = append(outs, c.O)
	}
	t.p = newParams(o.Widths, outs)
	t.p.draw(rand.New(rand.NewPCG(o.Seed, 0)), o.Widths)
	t.settled, t.paintFrom = true, min(paintAfter, o.Steps/4)
	t.m, t.v = make([]float32, len(t.p.all)), make([]float32, len(t.p.all))
	if err := t.measureTeacher(ctx); err != nil {
		return nil, err
	}
	for _, be := range backends {
		s, err := newPass(be, teacher, &t.Options, t.p, &t.rms)
		if err != nil {
			return nil, err
		}
		t.passes = append(t.passes, s)
	}
	return t, nil
}

func (o *Options) check(teacher *vgg.Weights) error {
	if len(teacher.Convs) < Layers {
		return engine.Errorf(engine.MissingLayer, "The teacher %q ends at %s; training needs a VGG-19 to relu3_2 at least.", teacher.Name, teacher.Taps()[len(teacher.Convs)-1])
	}
	if teacher.Input.Mean != vgg.Caffe.Mean {
		return engine.Errorf(engine.InvalidWeights, "The teacher %q takes another mean from pictures than the original VGG-19; use that one.", teacher.Name)
	}
	ok := len(o.Widths) == Layers && o.Steps >= 1 && o.Steps <= 1e7 && o.Batch >= 1 && o.Batch <= 1024 &&
		o.Side >= 16 && o.Side <= 512 && o.Side%4 == 0 && o.Rate > 0 && o.Rate < 1 && o.Gram >= 0 && o.Gram <= 100 && o.Painted >= 0 && o.Painted <= 1
	for _, w := range o.Widths {
		ok = ok && w >= 1 && w <= 512
	}
	if !ok {
		return engine.Errorf(engine.InvalidRecipe, "Training takes six widths from 1 to 512, 1 to 10000000 steps of 1 to 1024 crops of 16 to 512 px (a multiple of 4), a rate between 0 and 1, a Gram weight from 0 to 100 and a painted share from 0 to 1.")
	}
	return nil
}

// measureTeacher finds the root mean square of the teacher's features at each tap.
func (t *Trainer) measureTeacher(ctx context.Context) error {
	be := t.backends[0]
	taps := t.teacher.Taps()[:Layers]
	net, err := vgg.New(be, t.teacher, taps)
	if err != nil {
		return err
	}
	plan, err := net.ForwardPlan(t.Side, t.Side, t.Pooling, taps)
	if err != nil {
		return err
	}
	defer plan.Release()
	random := rand.New(rand.NewPCG(t.Seed, 1))
	const crops = 32
	for range crops {
		planes := crop(random, t.train[random.IntN(len(t.train))].sizes, t.Side)
		x := net.Picture(planes, t.Side, t.Side)
		plan.Forward(x, func(tap string, f backend.Buffer) {
			square := make([]float64, 1)
			if err == nil {
				err = be.Dots(ctx, square, []backend.Pair{{A: f, B: f}})
			}
			t.rms[layerOf(tap)] += square[0] / float64(f.Len()) / crops
		})
		be.Release(x)
	}
	for l := range t.rms {
		t.rms[l] = math.Sqrt(t.rms[l])
	}
	return err
}

// rate of the next step.
func (t *Trainer) rate() float64 {
	done := float64(t.Step) / float64(t.Steps)
	return t.Rate * min(1, float64(t.Step+1)/warmup) * (1 + math.Cos(math.Pi*done)) / 2
}

// Next makes one step and returns the mean errors of its crops.
func (t *Trainer) Next(ctx context.Context) (Errors, error) {
	if t.Painted > 0 && t.Step >= t.paintFrom && (t.Step%paintEvery == 0 || t.painted == nil) {
		if err := t.paint(ctx); err != nil {
			return Errors{}, err
		}
	}
	crops := make([][]float32, t.Batch)
	for i := range crops {
		random := rand.New(rand.NewPCG(t.Seed, uint64(t.Step*t.Batch+i)<<8|2))
		if t.painted != nil && random.Float64() < t.Painted {
			crops[i] = crop(random, t.painted[random.IntN(len(t.painted)):][:1], t.Side)
			continue
		}
		crops[i] = vary(random, crop(random, t.train[random.IntN(len(t.train))].sizes, t.Side), t.Side)
	}
	errs, err := t.look(crops, true)
	if err != nil {
		return errs, err
	}
	t.adam()
	t.Step++
	return errs, ctx.Err()
}

// look shows crops to the student, shared out among the threads.
func (t *Trainer) look(crops [][]float32, learn bool) (Errors, error) {
	var group sync.WaitGroup
	sums, failed := make([]Errors, len(t.passes)), make([]error, len(t.passes))
	for k, s := range t.passes {
		group.Go(func() {
			s.take()
			for i := k; i < len(crops) && failed[k] == nil; i += len(t.passes) {
				var e Errors
				e, failed[k] = s.run(crops[i], 1/float64(len(crops)), learn)
				sums[k].add(&e, 1/float64(len(crops)))
			}
		})
	}
	group.Wait()
	var all Errors
	for k := range sums {
		if failed[k] != nil {
			return all, failed[k]
		}
		all.add(&sums[k], 1)
	}
	return all, nil
}

// adam is Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1.
func (t *Trainer) adam() {
	const beta1, beta2, epsilon = 0.9, 0.999, 1e-8
	n := float64(t.Step + 1)
	rate := t.rate() * math.Sqrt(1-math.Pow(beta2, n)) / (1 - math.Pow(beta1, n))
	for i := range t.p.all {
		if !t.settled && t.Step < settle && !t.p.ofHead(i) {
			continue
		}
		g := float32(0)
		for _, s := range t.passes {
			g += s.grad.all[i]
		}
		t.m[i] = beta1*t.m[i] + (1-beta1)*g
		t.v[i] = beta2*t.v[i] + (1-beta2)*g*g
		t.p.all[i] -= float32(rate * float64(t.m[i]) / (math.Sqrt(float64(t.v[i])) + epsilon))
	}
}

// Held returns the errors on crops of pictures that are not learnt from.
func (t *Trainer) Held() (Errors, error) {
	random := rand.New(rand.NewPCG(t.Seed, 3))
	crops := make([][]float32, heldCrops)
	for i := range crops {
		crops[i] = crop(random, t.held[i%len(t.held)].sizes, t.Side)
	}
	return t.look(crops, false)
}

// Network returns the student as it is.
func (t *Trainer) Network(name string) *vgg.Weights { return t.p.network(t.Widths, t.Pooling, name) }

// Finished returns the student with the scales at which its distances are the teacher's:
// measured on paintings of pictures that were not learnt from.
func (t *Trainer) Finished(ctx context.Context, name string) (*vgg.Weights, error) {
	w := t.Network(name)
	const most = 6
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		return nil, err
	}
	recipe.Size = finishedSize
	be := t.backends[0]
	runner := &transfer.Runner{Backend: be, Decode: pixel.Decode,
		Weights: func(context.Context, string) (*vgg.Weights, error) { return w, nil }}
	var seen [2]vgg.Scales // distances by the student's eyes and by the teacher's
	for i := range min(most, len(t.held)) {
		content, style := t.held[i], t.held[(i+1)%len(t.held)]
		result, err := runner.Run(ctx, engine.Request{Recipe: recipe, Content: content.file, Styles: []engine.File{style.file}}, nil)
		if err != nil {
			return nil, err
		}
		photograph := judge.Fitted(content.sizes[0], recipe.Size)
		for k, network := range []*vgg.Weights{w, t.teacher} {
			j := &judge.Judge{Backend: be, Weights: network}
			d, err := j.Measure(ctx, photograph, style.sizes[0], result.Picture)
			if err != nil {
				return nil, err
			}
			seen[k].Content += d.Content
			for _, v := range d.Style {
				seen[k].Style += v
			}
		}
	}
	w.Scales = vgg.Scales{Content: seen[1].Content / seen[0].Content, Style: seen[1].Style / seen[0].Style}
	return w, nil
}

// finishedSize is the longer side of the paintings that Finished measures.
const finishedSize = 192

// paint paints a picture on each thread with the network as it is.
func (t *Trainer) paint(ctx context.Context) error {
	const each = 2
	net := t.Network("student")
	var group sync.WaitGroup
	pictures, failed := make([]*image.NRGBA, each*len(t.backends)), make([]error, len(t.backends))
	for k, be := range t.backends {
		runner := &transfer.Runner{Backend: be, Decode: pixel.Decode,
			Weights: func(context.Context, string) (*vgg.Weights, error) { return net, nil }}
		group.Go(func() {
			for i := range each {
				random := rand.New(rand.NewPCG(t.Seed, uint64(t.paintings+k*each+i)<<8|4))
				content := t.train[random.IntN(len(t.train))]
				recipe, err := drawRecipe(random, t.Side, content.sizes[0].Rect)
				if err != nil {
					failed[k] = err
					return
				}
				result, err := runner.Run(ctx, engine.Request{
					Recipe: recipe, Content: content.file, Styles: []engine.File{t.train[random.IntN(len(t.train))].file},
				}, nil)
				if err != nil {
					failed[k] = err
					return
				}
				if b := result.Picture.Bounds(); min(b.Dx(), b.Dy()) >= t.Side {
					pictures[k*each+i] = result.Picture
				}
			}
		})
	}
	group.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	for i, p := range pictures {
		if p == nil {
			continue
		}
		if at := (t.paintings + i) % paintKeep; at < len(t.painted) {
			t.painted[at] = p
		} else {
			t.painted = append(t.painted, p)
		}
	}
	t.paintings += len(pictures)
	return nil
}

// drawRecipe draws the recipe of a painting of a photograph of that size, whose shorter side
// is that of a crop at least.
func drawRecipe(random *rand.Rand, side int, b image.Rectangle) (engine.Recipe, error) {
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		return r, err
	}
	r.Size = side*max(b.Dx(), b.Dy())/min(b.Dx(), b.Dy()) + 8 + 16*random.IntN(6)
	r.Iterations = 30 + random.IntN(50)
	if random.Float64() < 0.3 { // what a long run, or a larger picture, comes to differs
		r.Size += 32 * random.IntN(6)
		r.Iterations += 20 * random.IntN(6)
	}
	r.Strength = 35 + float64(random.IntN(60))
	r.StyleScale = 0.6 + random.Float64()
	if random.Float64() < 0.2 {
		r.Start = engine.StartNoise
	}
	return r, nil
}

// Taps returns the names of the taps that the student learns.
func (t *Trainer) Taps() []string { return t.teacher.Taps()[:Layers] }
