package backendtest

import "trappedinart/engine/backend"

// Operations that there are several kinds of.

func pool(kind backend.Pooling, pooled func(backend.Shape) backend.Shape) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		small := pooled(s)
		arg := be.NewMemo(small)
		dst := in.buffer(be, small)
		be.Pool(dst, in.buffer(be, s), kind, arg)
		ties := be.New(small)
		be.Pool(ties, in.whole(be, s), kind, arg)
		dsrc := in.buffer(be, s)
		be.PoolBack(dsrc, in.buffer(be, small), kind, arg)
		return append(read(be, dst), append(read(be, ties), read(be, dsrc)...)...)
	}
}

func variation(kind backend.Variation) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		sum := be.NewSums(1)
		x := in.buffer(be, s)
		be.AddVariation(sum, x, kind, inner(s))
		be.AddVariation(sum, x, kind, whole(s))
		return totals(be, sum)
	}
}

func variationGrad(kind backend.Variation) run {
	return func(be backend.Backend, in *inputs, s backend.Shape) []float32 {
		dx := in.buffer(be, s)
		be.VariationGrad(dx, in.buffer(be, s), kind, 0.3, inner(s))
		ties := in.buffer(be, s)
		be.VariationGrad(ties, in.whole(be, s), kind, 0.3, whole(s)) // many steps are 0
		return append(read(be, dx), read(be, ties)...)
	}
}

var limits = backend.Limits{Middle: [3]float64{0.1, -0.2, 0.3}, Reach: 0.4}

func addExcess(be backend.Backend, in *inputs, s backend.Shape) []float32 {
	s.C = 3
	sum, x := be.NewSums(1), in.buffer(be, s)
	be.AddExcess(sum, x, limits, inner(s))
	be.AddExcess(sum, x, limits, whole(s))
	return totals(be, sum)
}

func excessGrad(be backend.Backend, in *inputs, s backend.Shape) []float32 {
	s.C = 3
	dx := in.buffer(be, s)
	be.ExcessGrad(dx, in.buffer(be, s), limits, 0.3, inner(s))
	return read(be, dx)
}
