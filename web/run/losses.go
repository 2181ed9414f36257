package run

import "trappedinart/engine"

// A Sample is the losses after an iteration.
type Sample struct {
	At             float64 // iterations over all scales
	Content, Style float64
}

// Losses are those of a run. When it is full every other sample goes.
type Losses struct {
	Samples []Sample
	Starts  []float64 // of scales after the first
	scale   int
	before  int // iterations at scales that are done
	last    int
	stride  int
}

const fullLosses = 800

func (c *Losses) add(p engine.Progress) {
	if p.Stage != engine.Painting || p.Iteration == 0 {
		return
	}
	c.goBack(p)
	if p.Scale != c.scale {
		if c.scale > 0 {
			c.before += c.last
			c.Starts = append(c.Starts, float64(c.before))
		}
		c.scale = p.Scale
	}
	c.last = p.Iteration
	if c.stride = max(c.stride, 1); p.Iteration%c.stride != 0 {
		return
	}
	c.Samples = append(c.Samples, Sample{float64(c.before + p.Iteration), float64(p.Content), float64(p.Style)})
	if len(c.Samples) > fullLosses {
		for i := range len(c.Samples) / 2 {
			c.Samples[i] = c.Samples[2*i]
		}
		c.Samples, c.stride = c.Samples[:len(c.Samples)/2], 2*c.stride
	}
}

// goBack drops what is after the report, of a run that goes on from an earlier checkpoint.
func (c *Losses) goBack(p engine.Progress) {
	if p.Scale > c.scale || p.Scale == c.scale && p.Iteration > c.last {
		return
	}
	if p.Scale < c.scale {
		c.Starts = c.Starts[:max(0, len(c.Starts)-(c.scale-p.Scale))]
		c.scale, c.before = p.Scale, 0
		if n := len(c.Starts); n > 0 {
			c.before = int(c.Starts[n-1])
		}
	}
	for n := len(c.Samples); n > 0 && c.Samples[n-1].At >= float64(c.before+p.Iteration); n-- {
		c.Samples = c.Samples[:n-1]
	}
}
