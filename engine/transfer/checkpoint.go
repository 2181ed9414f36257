package transfer

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"math"
	"time"

	"trappedinart/engine/backend"
)

// A checkpoint is a file of these parts:
//
//	magic     8 bytes
//	length    of the JSON, 4 bytes, low first
//	JSON      a checkpoint
//	floats    of the optimiser's vectors, float32, low byte first
//	checksum  of all before, CRC-32 by Castagnoli's polynomial, 4 bytes, low first
//
// It holds the picture, the optimiser's state, where the run was, and the recipe; of the
// photograph and the paintings only digests, as whoever goes on must have them.
const (
	checkpointMagic = "TIACHK2\n"
	oldCheckpoint   = "TIACHK1\n" // without digests and checksum
)

type checkpoint struct {
	Recipe json.RawMessage `json:"recipe"`
	// Backend is who computed, by Name, and empty in those of earlier versions.
	Backend   string  `json:"backend,omitempty"`
	Pictures  digests `json:"pictures"`
	Scale     int     `json:"scale"` // counted from 0
	Iteration int     `json:"iteration"`
	Done      int     `json:"done"`
	Loss      float64 `json:"loss"`
	// StyleFactor is what calibration multiplies the weight of style by.
	StyleFactor float64       `json:"style_factor"`
	Shape       backend.Shape `json:"shape"` // of each vector
	Vectors     int           `json:"vectors"`
	Numbers     []uint64      `json:"numbers"` // of the optimiser: the bits of float64s
}

// maxCheckpointJSON bounds the JSON: 100 pairs of L-BFGS have 15,000 numbers.
const maxCheckpointJSON = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// save returns the checkpoint of a stage as it is.
func (j *job) save(ctx context.Context, st *stage) ([]byte, error) {
	state := st.opt.State()
	c := checkpoint{
		Recipe: j.plan.recipe.JSON(), Backend: j.be.Name(), Pictures: *j.pictures, Scale: j.pace.at.scale, Iteration: j.pace.at.iteration,
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
	b.Grow(len(checkpointMagic) + 4 + len(head) + 4*c.Shape.Len()*c.Vectors + 4)
	b.WriteString(checkpointMagic)
	b.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(head))))
	b.Write(head)
	values := make([]float32, c.Shape.Len())
	for _, v := range state.Vectors {
		if err := j.be.Read(ctx, values, v); err != nil {
			return nil, err
		}
		to := b.AvailableBuffer()[:4*len(values)]
		for i, f := range values {
			binary.LittleEndian.PutUint32(to[4*i:], math.Float32bits(f))
		}
		b.Write(to)
	}
	b.Write(binary.LittleEndian.AppendUint32(nil, crc32.Checksum(b.Bytes(), castagnoli)))
	return b.Bytes(), nil
}

// saveIfDue returns a checkpoint if one is due, or at once if that was asked for, and otherwise nil. It
// is not cut short by ctx: who stops the run needs it most.
func (j *job) saveIfDue(ctx context.Context, st *stage, now time.Time, atOnce bool) ([]byte, error) {
	if atOnce {
		j.reports.checkpoints.last = time.Time{}
	}
	if !j.reports.checkpoints.due(now) {
		return nil, nil
	}
	return j.save(context.WithoutCancel(ctx), st)
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
