package main

// Kernels that do much in one call: from Go a call costs as much as a small one does.

// products: c, cStep, cRow, a, aStep, aRow, b, bStep, rows, depth, add. The product of
// all 36 elements of squares; columns of a and rows of b follow each other.
func (m *module) products() {
	product := m.fns[0]
	f, p := m.fn("products", 11)
	c, cStep, a, aStep, b, bStep := p[0], f.times(p[1], 4), p[3], f.times(p[4], 4), p[6], f.times(p[7], 4)
	one, left := f.count(1), f.count(36)
	f.loop(left, 1, func() {
		f.call(product, c, p[2], a, p[5], one, b, p[8], p[9], p[10])
		f.step(c, cStep)
		f.step(a, aStep)
		f.step(b, bStep)
	})
}

// productSum: c, cRow, a, aRow, aStep, aNext, b, bNext, rows, depth, times. The sum of
// products that are aNext and bNext apart.
func (m *module) productSum() {
	product := m.fns[0]
	f, p := m.fn("productSum", 11)
	a, aNext, b, bNext := p[2], f.times(p[5], 4), p[6], f.times(p[7], 4)
	add := f.count(0)
	f.loop(p[10], 1, func() {
		f.call(product, p[0], p[1], a, p[3], p[4], b, p[8], p[9], add)
		f.step(a, aNext)
		f.step(b, bNext)
		f.assign(add, f.count(1))
	})
}

// expandEach: dst, src, scale, columns, depth. Nine rows for each scale.
func (m *module) expandEach() {
	f, p := m.fn("expandEach", 5)
	dst, src, scale, size := p[0], p[1], p[2], f.times(p[3], 9)
	f.loop(p[4], 1, func() {
		by, left := f.loadSplat(scale, 0), f.copied(size)
		f.loop(left, 8, func() {
			f.bytesTo(src, dst, func(int) val { return by })
		})
		f.stepBy(scale, 4)
	})
}

// bytesTo writes eight bytes as floats, the upper and lower four multiplied, and goes on.
func (f *fn) bytesTo(src, dst val, by func(half int) val) {
	f.get(src)
	f.simd(0x01) // eight bytes as eight i16
	f.raw(0, 0)
	wide := f.result(v128)
	for h, op := range []uint32{0xa7, 0xa8} { // the lower and the upper four as i32
		f.store(f.mul(f.unary(0xfa, f.unary(op, wide)), by(h)), dst, 16*h)
	}
	f.stepBy(src, 8)
	f.stepBy(dst, 32)
}

// clear: dst, bytes.
func (m *module) clear() {
	f, p := m.fn("clear", 2)
	f.get(p[0])
	f.number(0)
	f.get(p[1])
	f.raw(0xfc, 0x0b, 0)
}

// copyRows: dst, dstStep, src, srcStep, n, rows, in bytes.
func (m *module) copyRows() {
	f, p := m.fn("copyRows", 6)
	f.loop(p[5], 1, func() {
		f.get(p[0])
		f.get(p[2])
		f.get(p[4])
		f.raw(0xfc, 0x0a, 0, 0)
		f.step(p[0], p[1])
		f.step(p[2], p[3])
	})
}

// addRows: dst, dstStep, src, srcStep, srcNext, times, weights, weightStep, n, rows. n is a
// multiple of 4.
func (m *module) addRows() {
	f, p := m.fn("addRows", 10)
	dstStep, srcStep, srcNext, weightStep := f.times(p[1], 4), f.times(p[3], 4), f.times(p[4], 4), f.times(p[7], 4)
	f.loop(p[5], 1, func() {
		toRow, fromRow, weight, rows := f.copied(p[0]), f.copied(p[2]), f.copied(p[6]), f.copied(p[9])
		f.loop(rows, 1, func() {
			by, dst, src, left := f.loadSplat(weight, 0), f.copied(toRow), f.copied(fromRow), f.copied(p[8])
			f.loop(left, 4, func() {
				f.store(f.add(f.load(dst, 0), f.mul(by, f.load(src, 0))), dst, 0)
				f.stepBy(dst, 16)
				f.stepBy(src, 16)
			})
			f.step(toRow, dstStep)
			f.step(fromRow, srcStep)
			f.step(weight, weightStep)
		})
		f.step(p[2], srcNext)
	})
}

// accumulate: dst of float64, dstStep, src, srcStep, n, rows. n is a multiple of 4.
func (m *module) accumulate() {
	f, p := m.fn("accumulate", 6)
	dstStep, srcStep := f.times(p[1], 8), f.times(p[3], 4)
	f.loop(p[5], 1, func() {
		dst, src, left := f.copied(p[0]), f.copied(p[2]), f.copied(p[4])
		f.loop(left, 4, func() {
			for h := range 2 {
				f.store(f.binary(0xf0, f.load(dst, 16*h), f.twoDoubles(src, 8*h)), dst, 16*h)
			}
			f.stepBy(dst, 32)
			f.stepBy(src, 16)
		})
		f.step(p[0], dstStep)
		f.step(p[2], srcStep)
	})
}

// twoDoubles loads two floats as float64.
func (f *fn) twoDoubles(at val, off int) val {
	f.get(at)
	f.simd(0x5d)
	f.raw(2)
	f.raw(uleb(uint32(off))...)
	return f.unary(0x5f, f.result(v128))
}
