package cpu

import "trappedinart/engine/backend"

func (b *Backend) AddExcess(s backend.Sums, x backend.Buffer, limits backend.Limits, w backend.Window) {
	backend.CheckSum(s.Len(), w, x.Shape())
	backend.CheckExcess(x, w)
	f := x.(*buffer)
	b.vector = vector{b: b, op: opExcess, x: f.d, limits: limits}
	s.(*sums).d[0] += b.vector.sum(b.vector.rows(f, w, 0, 0))
	b.vector = vector{}
}

func (b *Backend) ExcessGrad(dx, x backend.Buffer, limits backend.Limits, scale float64, w backend.Window) {
	backend.CheckExcess(x, w)
	backend.CheckSame(x.Shape(), dx)
	f := x.(*buffer)
	b.vector = vector{b: b, op: opExcessGrad, dst: dx.(*buffer).d, x: f.d, p: float32(2 * scale), limits: limits}
	b.parallel(b.vector.rows(f, w, 0, 0), &b.vector)
	b.vector = vector{}
}

// beyond returns how far x lies above the limits of a channel, or, below 0, beneath them.
func (v *vector) beyond(x float32, c int) float64 {
	d := float64(x) - v.limits.Middle[c]
	return d - min(max(d, -v.limits.Reach), v.limits.Reach)
}

// excess returns what a row adds to the sum. A picture's places are four floats apart.
func (v *vector) excess(from int) float64 {
	sum := 0.0
	for x := v.x[from:][:v.n]; len(x) >= 4; x = x[4:] {
		for c := range 3 {
			e := v.beyond(x[c], c)
			sum += e * e
		}
	}
	return sum
}

// excessGrad adds the gradient to a row.
func (v *vector) excessGrad(from int) {
	x, dx := v.x[from:][:v.n], v.dst[from:][:v.n]
	for ; len(x) >= 4; x, dx = x[4:], dx[4:] {
		for c := range 3 {
			dx[c] += v.p * float32(v.beyond(x[c], c))
		}
	}
}
