package transfer

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"math"

	"trappedinart/engine"
)

// A resumed is a checkpoint that was read.
type resumed struct {
	checkpoint
	recipe  engine.Recipe
	vectors []byte
}

// RecipeOf returns the recipe of a checkpoint, as it was when the checkpoint was made.
func RecipeOf(checkpoint []byte) (engine.Recipe, error) {
	r, err := readCheckpoint(checkpoint)
	if err != nil {
		return engine.Recipe{}, err
	}
	return r.recipe, nil
}

func damaged(why string) error {
	return engine.Errorf(engine.InvalidRecipe, "The checkpoint cannot be resumed: %s. Start a new painting.", why)
}

// readCheckpoint reads a checkpoint from anywhere. It takes little memory beside that of the
// checkpoint.
func readCheckpoint(data []byte) (*resumed, error) {
	if bytes.HasPrefix(data, []byte(oldCheckpoint)) {
		return nil, damaged("it was made by an earlier version of this program, which did not record its pictures")
	}
	rest, ok := bytes.CutPrefix(data, []byte(checkpointMagic))
	if !ok || len(rest) < 8 {
		return nil, damaged("it was not made by this program")
	}
	end := len(data) - 4
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, damaged("it is damaged, or its end is missing")
	}
	n := binary.LittleEndian.Uint32(rest)
	rest = rest[4 : len(rest)-4]
	if n > maxCheckpointJSON || int(n) > len(rest) {
		return nil, damaged("it is damaged")
	}
	r := &resumed{vectors: rest[n:]}
	dec := json.NewDecoder(bytes.NewReader(rest[:n]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r.checkpoint); err != nil {
		return nil, damaged("it is damaged")
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, damaged("it is damaged")
	}
	var err error
	if r.recipe, err = engine.ParseRecipe(r.Recipe); err != nil {
		return nil, err
	}
	if !r.wellFormed() {
		return nil, damaged("it is damaged")
	}
	return r, nil
}

// wellFormed says whether a checkpoint can be true, before its pictures are known.
func (r *resumed) wellFormed() bool {
	const most = 1 << 28 // elements of a vector
	s := r.Shape
	if s.C != 3 || s.H < 1 || s.W < 1 || s.H > most || s.W > most/s.H || r.Vectors < 1 || r.Vectors > 2*r.recipe.History+4 ||
		int64(len(r.vectors)) != int64(r.Vectors)*int64(s.Len())*4 {
		return false
	}
	const mostScales = 64 // more than sizes have
	return r.Scale >= 0 && r.Scale < mostScales && r.Iteration >= 0 && r.Iteration <= r.recipe.IterationsAt(r.Scale) && r.Done >= 0 &&
		r.StyleFactor >= 1./mostCalibration && r.StyleFactor <= mostCalibration && r.Pictures.wellFormed()
}

// takeUp has a run begin where a checkpoint was made.
func (j *job) takeUp(r *resumed) error {
	if r.Scale >= len(j.plan.sizes) {
		return damaged("it is of a scale that its recipe does not have")
	}
	s := j.plan.sizes[r.Scale]
	if whole := s.withBorder(borderAt(s, j.plan.recipe.Border)); r.Shape.W != whole.w || r.Shape.H != whole.h {
		return damaged("its picture does not have the size that these pictures lead to")
	}
	if r.Backend != "" && r.Backend != j.be.Name() {
		j.reports.keep("This painting was begun on another device, which rounds differently. It may end a little differently.")
		j.reports.send(engine.Progress{Stage: engine.Preparing})
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
	to := st.opt.Restore(numbers, r.Vectors)
	if to == nil {
		return damaged("it is damaged")
	}
	values := make([]float32, r.Shape.Len())
	for k, v := range to {
		if v == nil {
			continue
		}
		from := r.vectors[4*k*len(values):]
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(from[4*i:]))
			if d := values[i] - values[i]; d != 0 { // NaN or an infinity
				return damaged("some of its numbers are not finite")
			}
		}
		st.j.be.Write(v, values)
	}
	return nil
}
