package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The three transforms of Winograd's F(4x4,3x3) (Lavin and Gray 2016, arXiv
// 1509.09308, section 4.3), eight channels at a time: first all columns, into a
// square on the stack, and then all rows of that.

const vectorBytes = 32

// broadcast returns a vector that holds x eight times.
func broadcast(x float32) reg.VecVirtual {
	bits, v := GP32(), XMM()
	MOVL(U32(math.Float32bits(x)), bits)
	MOVD(bits, v)
	all := YMM()
	VBROADCASTSS(v, all)
	return all
}

// A line is the addresses of up to six things that are equally far from each other.
type line struct{ one, three, five reg.GPVirtual }

// newLine takes a distance in floats.
func newLine(param string) line {
	l := line{floats(param), GP64(), GP64()}
	l.multiples()
	return l
}

func (l line) multiples() {
	LEAQ(Mem{Base: l.one, Index: l.one, Scale: 2}, l.three)
	LEAQ(Mem{Base: l.one, Index: l.one, Scale: 4}, l.five)
}

func (l line) at(base reg.Register, i int) Mem {
	switch i {
	case 0:
		return Mem{Base: base}
	case 3:
		return Mem{Base: base, Index: l.three, Scale: 1}
	case 5:
		return Mem{Base: base, Index: l.five, Scale: 1}
	}
	return Mem{Base: base, Index: l.one, Scale: uint8(i)}
}

// square is room on the stack for n vectors.
func square(n int) func(i int) Mem {
	m := AllocLocal(n * vectorBytes)
	return func(i int) Mem { return m.Offset(i * vectorBytes) }
}

func load(m Mem) reg.VecVirtual {
	v := YMM()
	VMOVUPS(m, v)
	return v
}

func loads(n int, at func(i int) Mem) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = load(at(i))
	}
	return v
}

func add(a, b reg.VecVirtual) reg.VecVirtual { v := YMM(); VADDPS(b, a, v); return v }
func sub(a, b reg.VecVirtual) reg.VecVirtual { v := YMM(); VSUBPS(b, a, v); return v }
func mul(a, b reg.VecVirtual) reg.VecVirtual { v := YMM(); VMULPS(b, a, v); return v }

// madd returns c + k*x, which takes the register of c; nmadd c - k*x.
func madd(c, k, x reg.VecVirtual) reg.VecVirtual  { VFMADD231PS(x, k, c); return c }
func nmadd(c, k, x reg.VecVirtual) reg.VecVirtual { VFNMADD231PS(x, k, c); return c }

func copied(x reg.VecVirtual) reg.VecVirtual { v := YMM(); VMOVAPS(x, v); return v }

// input writes v = B' d B.
func input() {
	TEXT("inputAVX2", 0, "func(v *float32, vStep int, src *float32, row, col, n int)")
	Doc("inputAVX2 is inputGo for a multiple of 8 channels.")
	v, src := Load(Param("v"), GP64()), Load(Param("src"), GP64())
	n := Load(Param("n"), GP64())
	to, row := newLine("vStep"), newLine("row")
	col := floats("col")
	two, four, five := broadcast(2), broadcast(4), broadcast(5)
	transform := func(d []reg.VecVirtual, store func(i int, v reg.VecVirtual)) {
		store(0, madd(nmadd(copied(d[4]), five, d[2]), four, d[0]))
		a, b := nmadd(copied(d[4]), four, d[2]), nmadd(copied(d[3]), four, d[1])
		store(1, add(a, b))
		store(2, sub(a, b))
		c, e := sub(d[4], d[2]), sub(d[3], d[1])
		store(3, madd(copied(c), two, e))
		store(4, nmadd(c, two, e))
		store(5, madd(nmadd(d[5], five, d[3]), four, d[1]))
	}
	tmp := square(36)
	Label("channels")
	from := GP64()
	MOVQ(src, from)
	for x := range 6 {
		transform(loads(6, func(y int) Mem { return row.at(from, y) }), func(y int, v reg.VecVirtual) { VMOVUPS(v, tmp(6*y+x)) })
		if x < 5 {
			ADDQ(col, from)
		}
	}
	at := GP64()
	MOVQ(v, at)
	for y := range 6 {
		transform(loads(6, func(x int) Mem { return tmp(6*y + x) }), func(x int, v reg.VecVirtual) { VMOVUPS(v, to.at(at, x)) })
		if y < 5 {
			ADDQ(to.five, at)
			ADDQ(to.one, at)
		}
	}
	ADDQ(Imm(vectorBytes), v)
	ADDQ(Imm(vectorBytes), src)
	SUBQ(Imm(8), n)
	JG(LabelRef("channels"))
	VZEROUPPER()
	RET()
}

// output writes dst = A' m A and, if relu is set, adds the bias, keeps what is
// positive and notes where that was.
func output(name string, relu bool) {
	signature := "func(dst *float32, row, col int, m *float32, mStep, n int)"
	if relu {
		signature = "func(dst *float32, row, col int, m *float32, mStep, n int, bias *float32, bits *uint8, bitRow, bitCol int)"
	}
	TEXT(name, 0, signature)
	Doc(name + " is its portable namesake for a multiple of 8 channels.")
	dst, m, n := Load(Param("dst"), GP64()), Load(Param("m"), GP64()), Load(Param("n"), GP64())
	mStep, col, row := floats("mStep"), floats("col"), floats("row")
	back(row, col)
	var bias, bits, bitRow, bitCol reg.GPVirtual
	if relu {
		bias, bits = Load(Param("bias"), GP64()).(reg.GPVirtual), Load(Param("bits"), GP64()).(reg.GPVirtual)
		bitRow, bitCol = Load(Param("bitRow"), GP64()).(reg.GPVirtual), Load(Param("bitCol"), GP64()).(reg.GPVirtual)
		back(bitRow, bitCol)
	}
	two, four, eight := broadcast(2), broadcast(4), broadcast(8)
	transform := func(m []reg.VecVirtual, store func(i int, v reg.VecVirtual)) {
		s1, d1 := add(m[1], m[2]), sub(m[1], m[2])
		s2, d2 := add(m[3], m[4]), sub(m[3], m[4])
		store(0, add(add(m[0], s1), s2))
		store(1, madd(copied(d1), two, d2))
		store(2, madd(s1, four, s2))
		store(3, add(madd(d1, eight, d2), m[5]))
	}
	tmp := square(24)
	Label("channels")
	rows := line{GP64(), GP64(), GP64()} // rows of the 6x6 are 6 steps apart
	LEAQ(Mem{Base: mStep, Index: mStep, Scale: 2}, rows.one)
	ADDQ(rows.one, rows.one)
	rows.multiples()
	at := GP64()
	MOVQ(m, at)
	for x := range 6 {
		transform(loads(6, func(y int) Mem { return rows.at(at, y) }), func(y int, v reg.VecVirtual) { VMOVUPS(v, tmp(6*y+x)) })
		if x < 5 {
			ADDQ(mStep, at)
		}
	}
	to, mark := GP64(), GP64()
	MOVQ(dst, to)
	var b, none reg.VecVirtual
	if relu {
		b, none = load(Mem{Base: bias}), YMM()
		VXORPS(none, none, none)
		MOVQ(bits, mark)
	}
	for y := range 4 {
		transform(loads(6, func(x int) Mem { return tmp(6*y + x) }), func(x int, v reg.VecVirtual) {
			if relu {
				VADDPS(b, v, v)
				positive, byX := YMM(), GP32()
				VCMPPS(Imm(0x1e), none, v, positive) // greater, false for NaN
				VMOVMSKPS(positive, byX)
				MOVB(byX.As8(), Mem{Base: mark})
				VMAXPS(v, none, v) // a NaN stays, to be seen
			}
			VMOVUPS(v, Mem{Base: to})
			step, bitStep := col, bitCol
			if x == 3 {
				step, bitStep = row, bitRow
			}
			if y < 3 || x < 3 {
				ADDQ(step, to)
				if relu {
					ADDQ(bitStep, mark)
				}
			}
		})
	}
	ADDQ(Imm(vectorBytes), dst)
	ADDQ(Imm(vectorBytes), m)
	if relu {
		ADDQ(Imm(vectorBytes), bias)
		INCQ(bits)
	}
	SUBQ(Imm(8), n)
	JG(LabelRef("channels"))
	VZEROUPPER()
	RET()
}

// back makes of the distance of rows the way from a row's fourth place to the next
// row's first.
func back(row, col reg.GPVirtual) {
	for range 3 {
		SUBQ(col, row)
	}
}

// filter writes u = G g G'.
func filter() {
	TEXT("filterAVX2", 0, "func(u *float32, uStep int, w *float32, columns, depth int)")
	Doc("filterAVX2 is filterGo for a multiple of 8 columns.")
	u, w := Load(Param("u"), GP64()), Load(Param("w"), GP64())
	depth := Load(Param("depth"), GP64())
	to := newLine("uStep")
	columns := Load(Param("columns"), GP64())
	bytes, three := GP64(), GP64()
	MOVQ(columns, bytes)
	SHLQ(Imm(2), bytes)
	LEAQ(Mem{Base: bytes, Index: bytes, Scale: 2}, three)
	quarter, sixth, twelfth, twentyFourth := broadcast(1.0/4), broadcast(1.0/6), broadcast(1.0/12), broadcast(1.0/24)
	transform := func(g []reg.VecVirtual, store func(i int, v reg.VecVirtual)) {
		store(0, mul(g[0], quarter))
		a := mul(add(g[0], g[2]), sixth)
		store(1, neg(madd(copied(a), sixth, g[1])))
		store(2, neg(nmadd(a, sixth, g[1])))
		c := madd(mul(g[2], sixth), twentyFourth, g[0])
		store(3, madd(copied(c), twelfth, g[1]))
		store(4, nmadd(c, twelfth, g[1]))
		store(5, g[2])
	}
	tmp := square(18)
	Label("depth")
	left := GP64()
	MOVQ(columns, left)
	Label("columns")
	// The nine taps are a panel's width apart: rows of three.
	for x := range 3 {
		from := GP64()
		MOVQ(w, from)
		for range x {
			ADDQ(bytes, from)
		}
		g := []reg.VecVirtual{load(Mem{Base: from}), load(Mem{Base: from, Index: three, Scale: 1}), load(Mem{Base: from, Index: three, Scale: 2})}
		transform(g, func(y int, v reg.VecVirtual) { VMOVUPS(v, tmp(3*y+x)) })
	}
	at := GP64()
	MOVQ(u, at)
	for y := range 6 {
		transform(loads(3, func(x int) Mem { return tmp(3*y + x) }), func(x int, v reg.VecVirtual) { VMOVUPS(v, to.at(at, x)) })
		if y < 5 {
			ADDQ(to.five, at)
			ADDQ(to.one, at)
		}
	}
	ADDQ(Imm(vectorBytes), u)
	ADDQ(Imm(vectorBytes), w)
	SUBQ(Imm(8), left)
	JG(LabelRef("columns"))
	// w has passed one of nine rows; the other eight follow.
	LEAQ(Mem{Base: w, Index: bytes, Scale: 8}, w)
	DECQ(depth)
	JNZ(LabelRef("depth"))
	VZEROUPPER()
	RET()
}

func neg(x reg.VecVirtual) reg.VecVirtual {
	zero := YMM()
	VXORPS(zero, zero, zero)
	return sub(zero, x)
}

// expand writes the int8 weights as floats.
func expand() {
	TEXT("expandAVX2", NOSPLIT, "func(dst *float32, src *int8, scale *float32, columns, rows int)")
	Doc("expandAVX2 is expandGo for a multiple of 8 columns.")
	dst, src := Load(Param("dst"), GP64()), Load(Param("src"), GP64())
	columns, rows := Load(Param("columns"), GP64()), Load(Param("rows"), GP64())
	Label("rows")
	scale := Load(Param("scale"), GP64())
	left := GP64()
	MOVQ(columns, left)
	Label("columns")
	whole := YMM()
	VPMOVSXBD(Mem{Base: src}, whole)
	VCVTDQ2PS(whole, whole)
	VMULPS(Mem{Base: scale}, whole, whole)
	VMOVUPS(whole, Mem{Base: dst})
	ADDQ(Imm(8), src)
	ADDQ(Imm(vectorBytes), dst)
	ADDQ(Imm(vectorBytes), scale)
	SUBQ(Imm(8), left)
	JG(LabelRef("columns"))
	DECQ(rows)
	JNZ(LabelRef("rows"))
	VZEROUPPER()
	RET()
}
