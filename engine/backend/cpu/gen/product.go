package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A width is a size of vector register, and the tile that fits those there are.
type width struct {
	name   string
	vector func() reg.VecVirtual
	bytes  int
	// A tile has rows x 2 vectors of sums. The smaller tiles do the rest of the
	// rows.
	rows []int
}

var (
	avx2   = width{"AVX2", YMM, 32, []int{6, 4, 2, 1}}
	avx512 = width{"AVX512", ZMM, 64, []int{12, 6, 4, 2, 1}}
)

const unrolled = 4

// product writes the matrix product of a panel of two vectors' width.
func product(w width) {
	TEXT("product"+w.name, NOSPLIT, "func(c *float32, cRow int, a *float32, aRow, aStep int, b *float32, rows, depth int, add bool)")
	Doc(fmt.Sprintf("product%s is productGo with %d columns.", w.name, 2*w.bytes/4))
	c := Load(Param("c"), GP64()).(reg.GPVirtual)
	a, aRow, aStep := Load(Param("a"), GP64()).(reg.GPVirtual), floats("aRow"), floats("aStep")
	rows := Load(Param("rows"), GP64()).(reg.GPVirtual)
	for _, n := range w.rows {
		head, next := fmt.Sprintf("rows%d", n), fmt.Sprintf("under%d", n)
		Label(head)
		CMPQ(rows, Imm(uint64(n)))
		JL(LabelRef(next))
		tile(w, n, c, a, aRow, aStep)
		SUBQ(Imm(uint64(n)), rows)
		JMP(LabelRef(head))
		Label(next)
	}
	VZEROUPPER()
	RET()
}

// tile adds up n rows, and moves a and c on by as many.
func tile(w width, n int, c, a, aRow, aStep reg.GPVirtual) {
	sums := make([][2]reg.VecVirtual, n)
	for i := range sums {
		for j := range sums[i] {
			sums[i][j] = w.vector()
			switch {
			case w.bytes == 32:
				VXORPS(sums[i][j], sums[i][j], sums[i][j])
			case i+j == 0: // avo does not know that VPXORD of one register with itself reads nothing
				none := GP32()
				XORL(none, none)
				VPBROADCASTD(none, sums[0][0])
			default:
				VMOVAPS(sums[0][0], sums[i][j])
			}
		}
	}
	// Every third row has a pointer of its own; an address reaches two rows beyond.
	pointers := make([]reg.GPVirtual, (n+2)/3)
	for i := range pointers {
		pointers[i] = GP64()
		if i == 0 {
			MOVQ(a, pointers[0])
		} else {
			LEAQ(Mem{Base: pointers[i-1], Index: aRow, Scale: 1}, pointers[i])
			LEAQ(Mem{Base: pointers[i], Index: aRow, Scale: 2}, pointers[i])
		}
	}
	at := func(i int) Mem {
		m := Mem{Base: pointers[i/3]}
		if i%3 > 0 {
			m.Index, m.Scale = aRow, uint8(i%3)
		}
		return m
	}
	b := Load(Param("b"), GP64()).(reg.GPVirtual)
	depth := Load(Param("depth"), GP64()).(reg.GPVirtual)
	done := fmt.Sprintf("summed%d", n)
	one, close, rest := fmt.Sprintf("depth%d", n), fmt.Sprintf("close%d", n), fmt.Sprintf("rest%d", n)
	step := func(e int) {
		right := [2]reg.VecVirtual{w.vector(), w.vector()}
		for j := range right {
			VMOVUPS(Mem{Base: b, Disp: (2*e + j) * w.bytes}, right[j])
		}
		for i := range n {
			left := w.vector()
			m := at(i)
			m.Disp = 4 * e
			VBROADCASTSS(m, left)
			for j := range right {
				VFMADD231PS(left, right[j], sums[i][j])
			}
		}
	}
	// Where a row's elements follow each other, four of them are taken at a time.
	CMPQ(aStep, Imm(4))
	JNE(LabelRef(rest))
	SUBQ(Imm(unrolled), depth)
	JL(LabelRef(close + "end"))
	Label(close)
	for e := range unrolled {
		step(e)
	}
	for _, p := range pointers {
		ADDQ(Imm(4*unrolled), p)
	}
	ADDQ(U32(2*w.bytes*unrolled), b)
	SUBQ(Imm(unrolled), depth)
	JGE(LabelRef(close))
	Label(close + "end")
	ADDQ(Imm(unrolled), depth)
	Label(rest)
	TESTQ(depth, depth)
	JZ(LabelRef(done))
	Label(one)
	step(0)
	for _, p := range pointers {
		ADDQ(aStep, p)
	}
	ADDQ(U32(2*w.bytes), b)
	DECQ(depth)
	JNZ(LabelRef(one))
	Label(done)

	cRow := floats("cRow")
	add := Load(Param("add"), GP8()).(reg.GPVirtual)
	store := fmt.Sprintf("store%d", n)
	TESTB(add, add)
	JZ(LabelRef(store))
	to := GP64()
	MOVQ(c, to)
	for i := range n {
		for j := range sums[i] {
			VADDPS(Mem{Base: to, Disp: j * w.bytes}, sums[i][j], sums[i][j])
		}
		ADDQ(cRow, to)
	}
	Label(store)
	for i := range n {
		for j := range sums[i] {
			VMOVUPS(sums[i][j], Mem{Base: c, Disp: j * w.bytes})
		}
		ADDQ(cRow, c)
		ADDQ(aRow, a)
	}
}

// floats loads a distance in floats, as one in bytes.
func floats(param string) reg.GPVirtual {
	r := Load(Param(param), GP64()).(reg.GPVirtual)
	SHLQ(Imm(2), r)
	return r
}
