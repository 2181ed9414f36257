//go:build !js

package train

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"slices"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// state is what a training goes on from. The pictures that were painted are not in it:
// they are painted anew.
type state struct {
	Options   Options
	Step      int
	All, M, V []float32
	RMS       [Layers]float64
	Paintings int
	Spent     time.Duration
	Settled   bool
	PaintFrom int
}

// State returns what Resume goes on from.
func (t *Trainer) State() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(state{t.Options, t.Step, t.p.all, t.m, t.v, t.rms, t.paintings, t.Spent, t.settled, t.paintFrom})
	return b.Bytes(), err
}

// Resume goes on where the training stood whose State this is. It must have had the
// same options, but for the number of steps.
func (t *Trainer) Resume(data []byte) error {
	var s state
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&s); err != nil {
		return engine.Errorf(engine.Unreadable, "The state of the training cannot be read (%w); remove it to begin again.", err)
	}
	if s.Step > t.Steps {
		return engine.Errorf(engine.InvalidRecipe, "The training has made %d steps already; ask for more than that.", s.Step)
	}
	s.Options.Steps = t.Steps
	if !reflect.DeepEqual(s.Options, t.Options) || len(s.All) != len(t.p.all) || len(s.M) != len(t.m) || len(s.V) != len(t.v) {
		return engine.Errorf(engine.InvalidRecipe, "The training was begun with other options, %+v; give the same, or remove its state to begin again.", s.Options)
	}
	t.Step, t.rms, t.paintings, t.Spent = s.Step, s.RMS, s.Paintings, s.Spent
	t.settled, t.paintFrom = s.Settled, s.PaintFrom
	copy(t.p.all, s.All)
	copy(t.m, s.M)
	copy(t.v, s.V)
	return nil
}

// From begins with the parameters of another training, whose State this is, with heads, or
// with those of a network. Their channels must be the same.
func (t *Trainer) From(old []byte, network *vgg.Weights) error {
	if network == nil {
		var s state
		if err := gob.NewDecoder(bytes.NewReader(old)).Decode(&s); err != nil {
			return engine.Errorf(engine.Unreadable, "The state of the training to begin from cannot be read (%w); give another file.", err)
		}
		if !slices.Equal(s.Options.Widths, t.Widths) || len(s.All) != len(t.p.all) {
			return engine.Errorf(engine.InvalidRecipe, "The training to begin from has the widths %v and this one %v; give the same.", s.Options.Widths, t.Widths)
		}
		copy(t.p.all, s.All)
		t.paintFrom = 0
		return nil
	}
	for l, width := range t.Widths {
		if l >= len(network.Convs) || network.Convs[l].O != width {
			return engine.Errorf(engine.InvalidRecipe, "The network to begin from has other channels than the widths %v; give the same.", t.Widths)
		}
	}
	for l, c := range network.Convs[:Layers] {
		copy(t.p.bias[l], c.Bias)
		for k := range t.p.weight[l] {
			from, scale := k, 1.
			if l == 0 {
				channel := k / 9 % 3 // red, green, blue
				scale = network.Input.Scale[channel] / inputScale
				if network.Input.BGR {
					from += 9 * (2 - 2*channel)
				}
			}
			t.p.weight[l][k] = float32(float64(c.At(from)) * scale)
		}
	}
	t.settled, t.paintFrom = false, min(settle, t.Steps/4)
	return nil
}
