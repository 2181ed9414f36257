package backendtest

import "trappedinart/engine/backend"

func moments(masked bool, w func(backend.Shape) backend.Window) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		sums, spread := be.NewSums(2*s.C), be.NewSums(2*s.C)
		f := in.buffer(be, s)
		mask := in.mask(be, s, masked)
		be.AddMoments(sums, f, w(s), mask)
		be.AddMoments(sums, f, w(s), mask) // adds
		be.Total(sums)
		be.Spread(spread, sums, float64(2*w(s).Area()+1))
		return append(elements(be, sums), elements(be, spread)...)
	}
}

func momentsGrad(masked bool, w func(backend.Shape) backend.Window) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		d, m := be.NewSums(2*s.C), be.NewSums(2*s.C)
		f, df := in.buffer(be, s), in.buffer(be, s)
		values := make([]float64, 2*s.C)
		for i := range values {
			values[i] = in.random.NormFloat64()
		}
		be.WriteSums(d, values)
		be.AddMoments(m, f, whole(s), nil)
		be.Spread(m, m, float64(s.H*s.W+1))
		be.MomentsGrad(df, f, d, m, 0.3, w(s), in.mask(be, s, masked))
		return read(be, df)
	}
}

// elements reads every one of a few sums, by products with unit vectors.
func elements(be backend.Backend, s backend.Sums) []float32 {
	pairs := make([]backend.Pair, s.Len())
	for i := range pairs {
		unit, values := be.NewSums(s.Len()), make([]float64, s.Len())
		values[i] = 1
		be.WriteSums(unit, values)
		pairs[i] = backend.Pair{A: s, B: unit}
	}
	list := make([]float32, len(pairs))
	for i, v := range dots(be, pairs) {
		list[i] = float32(v)
	}
	return list
}
