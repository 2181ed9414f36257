package main

// Kernels on rows of whole vectors: n is a multiple of 4.

// combine: dst, x, y, p, q, n. p and q are the bits of floats.
func (m *module) combine() {
	f, p := m.fn("combine", 6)
	xs, ys := f.splat(p[3]), f.splat(p[4])
	f.loop(p[5], 4, func() {
		f.store(f.add(f.mul(f.load(p[1], 0), xs), f.mul(f.load(p[2], 0), ys)), p[0], 0)
		for _, at := range p[:3] {
			f.stepBy(at, 16)
		}
	})
}

// splat is a vector of the bits in a.
func (f *fn) splat(a val) val {
	f.get(a)
	f.simd(0x11)
	return f.result(v128)
}

// moments: sums, squares, f, weights, step, n, places.
func (m *module) moments() {
	f, p := m.fn("moments", 7)
	step, row, left := f.times(p[4], 4), f.times(p[5], 4), f.copied(p[5])
	f.loop(left, 4, func() {
		sum, square := f.constant(0), f.constant(0)
		at, weight, places := f.copied(p[2]), f.copied(p[3]), f.copied(p[6])
		f.loop(places, 1, func() {
			v := f.load(at, 0)
			weighted := f.mul(v, f.loadSplat(weight, 0))
			f.get(f.add(sum, weighted))
			f.set(sum)
			f.get(f.add(square, f.mul(weighted, v)))
			f.set(square)
			f.step(at, row)
			f.step(weight, step)
		})
		f.store(sum, p[0], 0)
		f.store(square, p[1], 0)
		for _, at := range p[:3] {
			f.stepBy(at, 16)
		}
	})
}

// affine: dst, f, weights, step, constant, slope, n, places.
func (m *module) affine() {
	f, p := m.fn("affine", 8)
	dst, from, step := p[0], p[1], f.times(p[3], 4)
	f.loop(p[7], 1, func() {
		weight, constant, slope, left := f.loadSplat(p[2], 0), f.copied(p[4]), f.copied(p[5]), f.copied(p[6])
		f.loop(left, 4, func() {
			v := f.add(f.load(constant, 0), f.mul(f.load(slope, 0), f.load(from, 0)))
			f.store(f.add(f.load(dst, 0), f.mul(v, weight)), dst, 0)
			for _, at := range []val{dst, from, constant, slope} {
				f.stepBy(at, 16)
			}
		})
		f.step(p[2], step)
	})
}

// pooled calls body for every so many channels of places, which small holds, and above and below
// the 2x2 of each; a2 and b2 are the second of above and of below.
func (f *fn) pooled(small, above, below, n, places val, channels int32, body func(a2, b2 val)) {
	row := f.times(n, 4)
	f.loop(places, 1, func() {
		left := f.copied(n)
		a2, b2 := f.sum(above, row), f.sum(below, row)
		f.loop(left, channels, func() {
			body(a2, b2)
			for _, at := range []val{small, above, below, a2, b2} {
				f.stepBy(at, 4*channels)
			}
		})
		f.step(above, row)
		f.step(below, row)
	})
}

// average: dst, above, below, n, places.
func (m *module) average() {
	f, p := m.fn("average", 5)
	quarter := f.constant(0.25)
	f.pooled(p[0], p[1], p[2], p[3], p[4], 4, func(a2, b2 val) {
		v := f.add(f.add(f.load(p[1], 0), f.load(a2, 0)), f.add(f.load(p[2], 0), f.load(b2, 0)))
		f.store(f.mul(v, quarter), p[0], 0)
	})
}

// averageBack: above, below, d, n, places.
func (m *module) averageBack() {
	f, p := m.fn("averageBack", 5)
	quarter := f.constant(0.25)
	f.pooled(p[2], p[0], p[1], p[3], p[4], 4, func(a2, b2 val) {
		v := f.mul(f.load(p[2], 0), quarter)
		for _, at := range []val{p[0], p[1], a2, b2} {
			f.store(v, at, 0)
		}
	})
}

// maximum: dst, above, below, lower, right, n, places. n is a multiple of 8.
func (m *module) maximum() {
	f, p := m.fn("maximum", 7)
	f.pooled(p[0], p[1], p[2], p[5], p[6], 8, func(a2, b2 val) {
		var lower, right [2]val
		for h := range 2 {
			above, above2, below, below2 := f.load(p[1], 16*h), f.load(a2, 16*h), f.load(p[2], 16*h), f.load(b2, 16*h)
			second, fourth := f.binary(opGreater, above2, above), f.binary(opGreater, below2, below)
			above, below = f.either(above2, above, second), f.either(below2, below, fourth)
			under := f.binary(opGreater, below, above)
			f.store(f.either(below, above, under), p[0], 16*h)
			lower[h], right[h] = f.bits(under), f.bits(f.either(fourth, second, under))
		}
		f.storeByte(f.byte(lower[0], lower[1]), p[3])
		f.storeByte(f.byte(right[0], right[1]), p[4])
		f.stepBy(p[3], 1)
		f.stepBy(p[4], 1)
	})
}

// either is a where the mask is set, and b elsewhere.
func (f *fn) either(a, b, mask val) val {
	f.get(a)
	f.get(b)
	f.get(mask)
	f.simd(0x52)
	return f.result(v128)
}

// maximumBack: above, below, d, lower, right, n, places. n is a multiple of 8.
func (m *module) maximumBack() {
	f, p := m.fn("maximumBack", 7)
	lanes := f.lanes()
	f.pooled(p[2], p[0], p[1], p[5], p[6], 8, func(a2, b2 val) {
		lower, right := f.byteSplat(p[3]), f.byteSplat(p[4])
		for h, lane := range lanes {
			v, under, beside := f.load(p[2], 16*h), f.where(lower, lane), f.where(right, lane)
			above, below := f.binary(opAndNot, v, under), f.binary(opAnd, v, under)
			f.store(f.binary(opAndNot, above, beside), p[0], 16*h)
			f.store(f.binary(opAnd, above, beside), a2, 16*h)
			f.store(f.binary(opAndNot, below, beside), p[1], 16*h)
			f.store(f.binary(opAnd, below, beside), b2, 16*h)
		}
		f.stepBy(p[3], 1)
		f.stepBy(p[4], 1)
	})
}

// scale: dst, x, p, n. p is the bits of a float.
func (m *module) scale() {
	f, p := m.fn("scale", 4)
	by := f.splat(p[2])
	f.loop(p[3], 4, func() {
		f.store(f.mul(f.load(p[1], 0), by), p[0], 0)
		f.stepBy(p[0], 16)
		f.stepBy(p[1], 16)
	})
}

// limits loads those of a picture's four channels, as float64: the middle of each, the fourth
// being 0, and the reach.
func (f *fn) limits(at val) (middle [2]val, least, most val) {
	middle[0] = f.load(at, 0)
	f.get(at)
	f.memory(0x5d, 16)
	middle[1] = f.result(v128)
	f.get(at)
	f.memory(0x0a, 24)
	most = f.result(v128)
	return middle, f.unary(neg64, most), most
}

// beyond returns how far two floats lie beyond the limits.
func (f *fn) beyond(at val, off int, middle, least, most val) val {
	d := f.binary(sub64, f.twoDoubles(at, off), middle)
	return f.binary(sub64, d, f.binary(min64, f.binary(max64, d, least), most))
}

// excessTo: dst of a float64, x, limits, n.
func (m *module) excessTo() {
	f, p := m.fn("excessTo", 4)
	middle, least, most := f.limits(p[2])
	sum := f.constant(0)
	f.loop(p[3], 4, func() {
		for h := range 2 {
			e := f.beyond(p[1], 8*h, middle[h], least, most)
			f.get(f.binary(add64, sum, f.binary(mul64, e, e)))
			f.set(sum)
		}
		f.stepBy(p[1], 16)
	})
	f.get(p[0])
	f.total(sum)
	f.raw(0x39, 2, 0)
}

// addExcess: dst, p, x, limits, n. p is the bits of a float.
func (m *module) addExcess() {
	f, p := m.fn("addExcess", 5)
	by := f.splat(p[1])
	middle, least, most := f.limits(p[3])
	f.loop(p[4], 4, func() {
		var halves [2]val
		for h := range halves {
			halves[h] = f.unary(0x5e, f.beyond(p[2], 8*h, middle[h], least, most)) // two floats and zeros
		}
		f.get(halves[0])
		f.get(halves[1])
		f.simd(0x0d)
		f.raw(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
		f.store(f.add(f.load(p[0], 0), f.mul(by, f.result(v128))), p[0], 0)
		f.stepBy(p[0], 16)
		f.stepBy(p[2], 16)
	})
}

// dotTo: dst of a float64, x, y, n.
func (m *module) dotTo(dot *fn) {
	f, p := m.fn("dotTo", 4)
	f.get(p[0])
	f.call(dot, p[1], p[2], p[3])
	f.raw(0x39, 2, 0)
}
