package transfer

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"

	"trappedinart/engine"
	"trappedinart/engine/backend"
)

// A checkpoint is a file of these parts:
//
//	magic   8 bytes
//	length  of the JSON, 4 bytes, low first
//	JSON    a checkpoint
//	floats  of the optimiser's vectors, float32, low byte first
//
// It holds the picture, the optimiser's state, where the run was, and the recipe; not the
// photograph and the paintings, which whoever goes on must have.
const checkpointMagic = "TIACHK1\n"

type checkpoint struct {
	Recipe    json.RawMessage `json:"recipe"`
	Scale     int             `json:"scale"` // counted from 0
	Iteration int             `json:"iteration"`
	Done      int             `json:"done"`
	Loss      float64         `json:"loss"`
	// StyleFactor is what calibration multiplies the weight of style by.
	StyleFactor float64       `json:"style_factor"`
	Shape       backend.Shape `json:"shape"` // of each vector
	Vectors     int           `json:"vectors"`
	Numbers     []uint64      `json:"numbers"` // of the optimiser: the bits of float64s
}

// maxCheckpointJSON bounds the JSON: 100 pairs of L-BFGS have 15,000 numbers.
const maxCheckpointJSON = 1 << 20

// save returns the checkpoint of a stage as it is.
func (j *job) save(ctx context.Context, st *stage) ([]byte, error) {
	state := st.opt.State()
	c := checkpoint{
		Recipe: j.plan.recipe.JSON(), Scale: j.pace.at.scale, Iteration: j.pace.at.iteration,
		Done: j.outcome.evaluations, Loss: j.outcome.loss, StyleFactor: j.plan.styleFactor,
		Shape: st.x.Shape(), Vectors: len(state.Vectors),
	}
	for _, v := range state.Numbers {
		c.Numbers = append(c.Numbers, math.Float64bits(v))
	}
	head, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(len(checkpointMagic) + 4 + len(head) + 4*c.Shape.Len()*c.Vectors)
	b.WriteString(checkpointMagic)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(head))))
	b.Write(head)
	values := make([]float32, c.Shape.Len())
	for _, v := range state.Vectors {
		if err := j.be.Read(ctx, values, v); err != nil {
			return nil, err
		}
		for _, f := range values {
			b.Write(binary.LittleEndian.AppendUint32(b.AvailableBuffer(), math.Float32bits(f)))
		}
	}
	return b.Bytes(), nil
}

// stopped returns what a scale has reached, beside the error that ended it, and leaves a
// checkpoint if some were asked for.
func (j *job) stopped(ctx context.Context, st *stage, err error) ([]float32, error) {
	if ctx.Err() != nil && j.reports.checkpoints.asked() && st.objective != nil {
		if c, err := j.save(context.WithoutCancel(ctx), st); err == nil {
			j.outcome.checkpoint = c
		}
	}
	reached, readErr := st.pixels()
	if readErr != nil || j.pace.at == (mark{}) {
		return nil, err
	}
	return reached, err
}

// A resumed is a checkpoint that was read.
type resumed struct {
	checkpoint
	recipe  engine.Recipe
	vectors []byte
}

// readCheckpoint reads a checkpoint from anywhere.
func readCheckpoint(data []byte) (*resumed, error) {
	damaged := func(why string) error {
		return engine.Errorf(engine.InvalidRecipe, "The checkpoint cannot be gone on from (%s); start anew.", why)
	}
	rest, ok := bytes.CutPrefix(data, []byte(checkpointMagic))
	if !ok || len(rest) < 4 {
		return nil, damaged("it is none of this program's")
	}
	n := binary.LittleEndian.Uint32(rest)
	rest = rest[4:]
	if n > maxCheckpointJSON || int(n) > len(rest) {
		return nil, damaged("it ends too early")
	}
	var r resumed
	dec := json.NewDecoder(bytes.NewReader(rest[:n]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r.checkpoint); err != nil {
		return nil, damaged("its head is damaged")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, damaged("its head is damaged")
	}
	var err error
	if r.recipe, err = engine.ParseRecipe(r.Recipe); err != nil {
		return nil, err
	}
	r.vectors = rest[n:]
	const most = 1 << 28 // elements of a vector
	s := r.Shape
	if s.C != 3 || s.H < 1 || s.W < 1 || s.H > most || s.W > most/s.H || r.Vectors < 1 || r.Vectors > 2*r.recipe.History+4 ||
		int64(len(r.vectors)) != int64(r.Vectors)*int64(s.Len())*4 {
		return nil, damaged("its picture is damaged")
	}
	if r.Scale < 0 || r.Iteration < 0 || r.Done < 0 || !(r.StyleFactor > 0 && r.StyleFactor <= mostCalibration) {
		return nil, damaged("its head is damaged")
	}
	return &r, nil
}

// takeUp has a run begin where a checkpoint was made.
func (j *job) takeUp(r *resumed) error {
	if r.Scale >= len(j.plan.sizes) {
		return engine.Errorf(engine.InvalidRecipe, "The checkpoint is of a scale that these pictures have not; give the pictures it was made with.")
	}
	j.plan = j.plan.calibrated(r.StyleFactor)
	j.outcome.evaluations, j.outcome.loss = r.Done, r.Loss
	j.pace.from = mark{r.Scale, r.Iteration}
	j.pace.at = j.pace.from
	return nil
}

// restore brings a new stage to where the checkpoint was.
func (r *resumed) restore(st *stage) error {
	numbers := make([]float64, len(r.Numbers))
	for i, bits := range r.Numbers {
		numbers[i] = math.Float64frombits(bits)
	}
	to := st.opt.Restore(numbers)
	if len(to) != r.Vectors || st.x.Shape() != r.Shape {
		return engine.Errorf(engine.InvalidRecipe, "The checkpoint belongs to other pictures or is damaged; give the pictures it was made with, or start anew.")
	}
	values := make([]float32, r.Shape.Len())
	for k, v := range to {
		from := r.vectors[4*k*len(values):]
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:]))
		}
		st.j.be.Write(v, values)
	}
	return nil
}
