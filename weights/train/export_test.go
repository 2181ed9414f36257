//go:build !js

package train

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A Pass is a pass for tests: its parameters, and loss and gradient at a crop.
type Pass struct{ *pass }

func NewPass(be backend.Trainer, teacher *vgg.Weights, side int, widths []int, gram float64, pooling backend.Pooling) (*Pass, error) {
	var outs []int
	for _, c := range teacher.Convs[:Layers] {
		outs = append(outs, c.O)
	}
	rms := [Layers]float64{1, 2, 3, 4, 5, 6}
	s, err := newPass(be, teacher, &Options{Side: side, Widths: widths, Gram: gram, Pooling: pooling}, newParams(widths, outs), &rms)
	return &Pass{s}, err
}

func (p *Pass) Params() []float32 { return p.p.all }

func (p *Pass) Loss(planes []float32) (loss float64, gradient []float32, err error) {
	p.take()
	e, err := p.run(planes, 1, true)
	for l := range Layers {
		loss += (e.Feature[l] + p.gram*e.Gram[l]) / Layers
	}
	return loss, p.grad.all, err
}

func (t *Trainer) AllParams() []float32 { return t.p.all }

func (t *Trainer) PaintedPictures() int { return len(t.painted) }
