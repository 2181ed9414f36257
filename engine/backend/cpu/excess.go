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
func beyond(x float32, limits *backend.Limits, c int) float64 {
	d := float64(x) - limits.Middle[c]
	return d - min(max(d, -limits.Reach), limits.Reach)
}

func excessToGo(dst []float64, x []float32, limits *backend.Limits) {
	sum := 0.0
	for ; len(x) >= 4; x = x[4:] {
		for c := range 3 {
			e := beyond(x[c], limits, c)
			sum += e * e
		}
	}
	dst[0] = sum
}

func addExcessGo(dst []float32, p float32, x []float32, limits *backend.Limits) {
	for ; len(x) >= 4; x, dst = x[4:], dst[4:] {
		for c := range 3 {
			dst[c] += p * float32(beyond(x[c], limits, c))
		}
	}
}
