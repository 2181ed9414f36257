package main

import (
	"encoding/binary"
	"math"
)

// kernels returns the module of all kernels, which do what their namesakes in
// ../portable.go do.
func kernels(relaxed bool, t wasmTile) []byte {
	m := &module{relaxed: relaxed}
	m.product(t)
	m.products()
	m.productSum()
	m.input()
	m.output("output", false)
	m.output("outputRelu", true)
	m.filter()
	m.expand()
	m.expandEach()
	m.relu()
	m.masked()
	m.clear()
	m.copyRows()
	m.addRows()
	m.accumulate()
	m.combine()
	m.moments()
	m.affine()
	m.average()
	m.averageBack()
	m.maximum()
	m.maximumBack()
	m.scale()
	m.excessTo()
	m.addExcess()
	dot := m.sum("dot", false)
	m.dotTo(dot)
	m.sum("squares", true)
	m.crew(m.fns)
	return m.bytes()
}

// Vector instructions.
const (
	opGreater = 0x44
	opLessEq  = 0x45
	opAnd     = 0x4e
	opAndNot  = 0x4f
	opEqual   = 0x37 // of i32x4
	opBits    = 0xa4
	opNeg     = 0xe1
	opAdd     = 0xe4
	opSub     = 0xe5
	opMul     = 0xe6
	neg64     = 0xed
	add64     = 0xf0
	sub64     = 0xf1
	mul64     = 0xf2
	min64     = 0xf4
	max64     = 0xf5
)

func (f *fn) add(a, b val) val { return f.binary(opAdd, a, b) }
func (f *fn) sub(a, b val) val { return f.binary(opSub, a, b) }
func (f *fn) mul(a, b val) val { return f.binary(opMul, a, b) }

// madd returns c + a*b, rounded once where relaxed SIMD does so.
func (f *fn) madd(c, a, b val) val {
	if !f.m.relaxed {
		return f.add(f.mul(a, b), c)
	}
	f.get(a)
	f.get(b)
	f.get(c)
	f.simd(0x105)
	return f.result(v128)
}

// nmadd returns c - a*b.
func (f *fn) nmadd(c, a, b val) val {
	if !f.m.relaxed {
		return f.sub(c, f.mul(a, b))
	}
	f.get(a)
	f.get(b)
	f.get(c)
	f.simd(0x106)
	return f.result(v128)
}

// constant is a vector that holds x four times.
func (f *fn) constant(x float32) val {
	f.simd(0x0c)
	for range 4 {
		f.raw(binary.LittleEndian.AppendUint32(nil, math.Float32bits(x))...)
	}
	return f.result(v128)
}

// A wasmTile is how many rows are summed at a time, and vectors of four columns.
type wasmTile struct {
	rows    []int
	vectors int
}

// product: c, cRow, a, aRow, aStep, b, rows, depth, add.
func (m *module) product(t wasmTile) {
	f, p := m.fn("product", 9)
	c, cRow, a, aRow, aStep := p[0], f.times(p[1], 4), p[2], f.times(p[3], 4), f.times(p[4], 4)
	b, rows, depth, add := p[5], p[6], p[7], p[8]
	for _, n := range t.rows {
		f.loop(rows, int32(n), func() {
			at := f.spread(f.copied(a), aRow, n)
			sums := make([][]val, n)
			for i := range sums {
				sums[i] = make([]val, t.vectors)
				for j := range sums[i] {
					sums[i][j] = f.constant(0)
				}
			}
			right, k := f.copied(b), f.copied(depth)
			f.loop(k, 1, func() {
				ys := make([]val, t.vectors)
				for j := range ys {
					ys[j] = f.load(right, 16*j)
				}
				for i := range n {
					x := f.loadSplat(at[i], 0)
					for j, y := range ys {
						f.get(f.madd(sums[i][j], x, y))
						f.set(sums[i][j])
					}
					f.step(at[i], aStep)
				}
				f.stepBy(right, int32(16*t.vectors))
			})
			f.choose(add, func() {
				to := f.copied(c)
				for i := range n {
					for j, s := range sums[i] {
						f.get(f.add(s, f.load(to, 16*j)))
						f.set(s)
					}
					f.step(to, cRow)
				}
			})
			for i := range n {
				for j, s := range sums[i] {
					f.store(s, c, 16*j)
				}
				f.step(c, cRow)
				f.step(a, aRow)
			}
		})
	}
}

// spread returns n addresses, each by step beyond the one before.
func (f *fn) spread(at, step val, n int) []val {
	all := []val{at}
	for len(all) < n {
		all = append(all, f.sum(all[len(all)-1], step))
	}
	return all
}

// input: v, vStep, src, row, col, n, tiles, vNext.
func (m *module) input() {
	f, p := m.fn("input", 8)
	vStep, row, col, tiles := f.times(p[1], 4), f.times(p[3], 4), f.times(p[4], 4), p[6]
	vNext, srcNext := f.times(p[7], 4), f.times(col, 4)
	two, four, five := f.constant(2), f.constant(4), f.constant(5)
	transform := func(d []val) []val {
		a, b := f.nmadd(d[4], four, d[2]), f.nmadd(d[3], four, d[1])
		c, e := f.sub(d[4], d[2]), f.sub(d[3], d[1])
		return []val{
			f.madd(f.nmadd(d[4], five, d[2]), four, d[0]),
			f.add(a, b), f.sub(a, b), f.madd(c, two, e), f.nmadd(c, two, e),
			f.madd(f.nmadd(d[5], five, d[3]), four, d[1]),
		}
	}
	f.loop(tiles, 1, func() {
		v, src, n := f.copied(p[0]), f.copied(p[2]), f.copied(p[5])
		f.loop(n, 4, func() {
			var columns [6][]val
			for x, from := range f.spread(src, col, 6) {
				d := make([]val, 6)
				for y, at := range f.spread(from, row, 6) {
					d[y] = f.load(at, 0)
				}
				columns[x] = transform(d)
			}
			to := f.copied(v)
			for y := range 6 {
				d := make([]val, 6)
				for x := range d {
					d[x] = columns[x][y]
				}
				for _, t := range transform(d) {
					f.store(t, to, 0)
					f.step(to, vStep)
				}
			}
			f.stepBy(v, 16)
			f.stepBy(src, 16)
		})
		f.step(p[0], vNext)
		f.step(p[2], srcNext)
	})
}

// output: dst, row, col, m, mStep, n, tiles, mNext, and with relu also bias, bits,
// bitRow, bitCol.
func (m *module) output(name string, relu bool) {
	params := 8
	if relu {
		params = 12
	}
	f, p := m.fn(name, params)
	row, col, mStep, tiles := f.times(p[1], 4), f.times(p[2], 4), f.times(p[4], 4), p[6]
	dstNext, mNext := f.times(col, 4), f.times(p[7], 4)
	dst, from, n := f.local(i32), f.local(i32), f.local(i32)
	var bias, bits, bitsNext val
	if relu {
		bias, bits, bitsNext = f.local(i32), f.local(i32), f.times(p[11], 4)
	}
	two, four, eight, zero := f.constant(2), f.constant(4), f.constant(8), f.constant(0)
	transform := func(m []val) []val {
		s1, d1, s2, d2 := f.add(m[1], m[2]), f.sub(m[1], m[2]), f.add(m[3], m[4]), f.sub(m[3], m[4])
		return []val{
			f.add(f.add(m[0], s1), s2), f.madd(d1, two, d2), f.madd(s1, four, s2),
			f.add(f.madd(d1, eight, d2), m[5]),
		}
	}
	six := f.times(mStep, 6)
	// Half a byte of bits comes from each vector: eight channels at a time.
	half := func(off int) [16]val {
		var columns [6][]val
		for x, at := range f.spread(from, mStep, 6) {
			d := make([]val, 6)
			for y, at := range f.spread(at, six, 6) {
				d[y] = f.load(at, off)
			}
			columns[x] = transform(d)
		}
		var out [16]val
		for y := range 4 {
			d := make([]val, 6)
			for x := range d {
				d[x] = columns[x][y]
			}
			copy(out[4*y:], transform(d))
		}
		return out
	}
	f.loop(tiles, 1, func() {
		f.assign(dst, p[0])
		f.assign(from, p[3])
		f.assign(n, p[5])
		if relu {
			f.assign(bias, p[8])
			f.assign(bits, p[9])
		}
		f.loop(n, 8, func() {
			var positive [16]val
			for h := range 2 {
				out := half(16 * h)
				var add val
				if relu {
					add = f.load(bias, 16*h)
				}
				for y, at := range f.spread(dst, row, 4) {
					for x, at := range f.spread(at, col, 4) {
						v := out[4*y+x]
						if relu {
							var bits val
							v, bits = f.rectified(f.add(v, add), zero)
							if h == 0 {
								positive[4*y+x] = bits
							} else {
								positive[4*y+x] = f.byte(positive[4*y+x], bits)
							}
						}
						f.store(v, at, 16*h)
					}
				}
			}
			if relu {
				for y, at := range f.spread(bits, p[10], 4) {
					for x, at := range f.spread(at, p[11], 4) {
						f.storeByte(positive[4*y+x], at)
					}
				}
				f.stepBy(bias, 32)
				f.stepBy(bits, 1)
			}
			f.stepBy(dst, 32)
			f.stepBy(from, 32)
		})
		f.step(p[0], dstNext)
		f.step(p[3], mNext)
		if relu {
			f.step(p[9], bitsNext)
		}
	})
}

// rectified returns max(0, v), of which a NaN stays, and a bit for each lane that is
// positive.
func (f *fn) rectified(v, zero val) (max, bits val) {
	bits = f.bits(f.binary(opGreater, v, zero))
	return f.binary(opAndNot, v, f.binary(opLessEq, v, zero)), bits
}

func (f *fn) bits(mask val) val {
	f.get(mask)
	f.simd(opBits)
	return f.result(i32)
}

// byte returns low | high<<4.
func (f *fn) byte(low, high val) val {
	f.get(low)
	f.get(high)
	f.number(4)
	f.raw(0x74, 0x72)
	return f.result(i32)
}

func (f *fn) storeByte(v, at val) {
	f.get(at)
	f.get(v)
	f.raw(0x3a, 0, 0)
}

// filter: u, uStep, w, columns, depth.
func (m *module) filter() {
	f, p := m.fn("filter", 5)
	u, uStep, w, columns, depth := p[0], f.times(p[1], 4), p[2], f.times(p[3], 4), p[4]
	quarter, sixth := f.constant(1.0/4), f.constant(1.0/6)
	twelfth, twentyFourth := f.constant(1.0/12), f.constant(1.0/24)
	transform := func(g []val) []val {
		a, b := f.mul(f.add(g[0], g[2]), sixth), f.mul(g[1], sixth)
		c := f.madd(f.mul(g[2], sixth), g[0], twentyFourth)
		return []val{
			f.mul(g[0], quarter), f.sub(f.unary(opNeg, a), b), f.sub(b, a),
			f.madd(c, g[1], twelfth), f.nmadd(c, g[1], twelfth), g[2],
		}
	}
	rest := f.times(columns, 8) // w has passed one of nine rows
	f.loop(depth, 1, func() {
		left := f.copied(p[3])
		f.loop(left, 4, func() {
			taps := f.spread(w, columns, 9)
			var across [3][]val
			for x := range 3 {
				across[x] = transform([]val{f.load(taps[x], 0), f.load(taps[3+x], 0), f.load(taps[6+x], 0)})
			}
			to := f.copied(u)
			for y := range 6 {
				for _, t := range transform([]val{across[0][y], across[1][y], across[2][y]}) {
					f.store(t, to, 0)
					f.step(to, uStep)
				}
			}
			f.stepBy(u, 16)
			f.stepBy(w, 16)
		})
		f.step(w, rest)
	})
}

// expand: dst, src, scale, columns, rows.
func (m *module) expand() {
	f, p := m.fn("expand", 5)
	dst, src, rows := p[0], p[1], p[4]
	f.loop(rows, 1, func() {
		scale, left := f.copied(p[2]), f.copied(p[3])
		f.loop(left, 8, func() {
			f.bytesTo(src, dst, func(half int) val { return f.load(scale, 16*half) })
			f.stepBy(scale, 32)
		})
	})
}

// relu: dst, dstStep, bits, bitStep, src, srcStep, bias, places, n.
func (m *module) relu() {
	f, p := m.fn("relu", 9)
	dstStep, srcStep, zero := f.times(p[1], 4), f.times(p[5], 4), f.constant(0)
	f.loop(p[7], 1, func() {
		dst, bits, src, bias, left := f.copied(p[0]), f.copied(p[2]), f.copied(p[4]), f.copied(p[6]), f.copied(p[8])
		f.loop(left, 8, func() {
			var positive [2]val
			for h := range 2 {
				var v val
				v, positive[h] = f.rectified(f.add(f.load(src, 16*h), f.load(bias, 16*h)), zero)
				f.store(v, dst, 16*h)
			}
			f.storeByte(f.byte(positive[0], positive[1]), bits)
			f.stepBy(dst, 32)
			f.stepBy(src, 32)
			f.stepBy(bias, 32)
			f.stepBy(bits, 1)
		})
		f.step(p[0], dstStep)
		f.step(p[2], p[3])
		f.step(p[4], srcStep)
	})
}

// masked: dst, dstStep, src, srcStep, bits, bitStep, n, rows. n is a multiple of 8.
func (m *module) masked() {
	f, p := m.fn("masked", 8)
	dstStep, srcStep := f.times(p[1], 4), f.times(p[3], 4)
	lanes := f.lanes()
	f.loop(p[7], 1, func() {
		dst, src, at, left := f.copied(p[0]), f.copied(p[2]), f.copied(p[4]), f.copied(p[6])
		f.loop(left, 8, func() {
			bits := f.byteSplat(at)
			for h, lane := range lanes {
				f.store(f.binary(opAnd, f.load(src, 16*h), f.where(bits, lane)), dst, 16*h)
			}
			f.stepBy(dst, 32)
			f.stepBy(src, 32)
			f.stepBy(at, 1)
		})
		f.step(p[0], dstStep)
		f.step(p[2], srcStep)
		f.step(p[4], p[5])
	})
}

// lanes are the bits of a byte, those of the lower and of the upper half.
func (f *fn) lanes() (lanes [2]val) {
	for h := range lanes {
		f.simd(0x0c)
		for i := range 4 {
			f.raw(binary.LittleEndian.AppendUint32(nil, 1<<(4*h+i))...)
		}
		lanes[h] = f.result(v128)
	}
	return lanes
}

// byteSplat is a vector of the byte at that address.
func (f *fn) byteSplat(at val) val {
	f.get(at)
	f.raw(0x2d, 0, 0)
	f.simd(0x11)
	return f.result(v128)
}

// where is a mask of the lanes whose bit is set.
func (f *fn) where(bits, lane val) val {
	return f.binary(opEqual, f.binary(opAnd, bits, lane), lane)
}

// sum: x, y, n, a multiple of 4. The products of x and y, or the squares of x-y, added
// up in float64.
func (m *module) sum(name string, squares bool) *fn {
	f, p := m.fn(name, 3, f64)
	var sums [2]val
	for i := range sums {
		sums[i] = f.constant(0)
	}
	f.loop(p[2], 4, func() {
		for i := range sums {
			x, y := f.twoDoubles(p[0], 8*i), f.twoDoubles(p[1], 8*i)
			if squares {
				x = f.binary(sub64, x, y)
				y = x
			}
			f.get(f.binary(add64, sums[i], f.binary(mul64, x, y)))
			f.set(sums[i])
		}
		f.stepBy(p[0], 16)
		f.stepBy(p[1], 16)
	})
	f.total(f.binary(add64, sums[0], sums[1]))
	return f
}

// total pushes the sum of two float64.
func (f *fn) total(v val) {
	for lane := range 2 {
		f.get(v)
		f.simd(0x21)
		f.raw(byte(lane))
	}
	f.raw(0xa0) // f64.add
}
