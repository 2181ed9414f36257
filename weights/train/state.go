//go:build !js

package train

import (
	"bytes"
	"encoding/gob"
	"reflect"
	"time"

	"trappedinart/engine"
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
}

// State returns what Resume goes on from.
func (t *Trainer) State() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(state{t.Options, t.Step, t.p.all, t.m, t.v, t.rms, t.paintings, t.Spent})
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
	copy(t.p.all, s.All)
	copy(t.m, s.M)
	copy(t.v, s.V)
	return nil
}
