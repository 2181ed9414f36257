package main

// A module of WebAssembly, in the binary format of the specification: as much of it as
// the kernels need. All functions work on the one memory that is imported as e.m.
type module struct {
	relaxed bool // whether relaxed SIMD may be used
	fns     []*fn
}

const (
	i32  = 0x7f
	f64  = 0x7c
	v128 = 0x7b
)

// A fn is a function under construction. Parameters are i32: addresses, and numbers
// of floats or bytes.
type fn struct {
	m       *module
	name    string
	params  int
	results []byte
	locals  []byte
	body    []byte
}

// A val is a local variable.
type val int

func (m *module) fn(name string, params int, results ...byte) (*fn, []val) {
	f := &fn{m: m, name: name, params: params, results: results}
	m.fns = append(m.fns, f)
	vals := make([]val, params)
	for i := range vals {
		vals[i] = val(i)
	}
	return f, vals
}

func (f *fn) local(kind byte) val {
	f.locals = append(f.locals, kind)
	return val(f.params + len(f.locals) - 1)
}

func (f *fn) raw(code ...byte) { f.body = append(f.body, code...) }
func (f *fn) get(v val)        { f.raw(append([]byte{0x20}, uleb(uint32(v))...)...) }
func (f *fn) set(v val)        { f.raw(append([]byte{0x21}, uleb(uint32(v))...)...) }
func (f *fn) number(n int32)   { f.raw(append([]byte{0x41}, sleb(int64(n))...)...) }

// simd is an instruction of the vector prefix.
func (f *fn) simd(op uint32) { f.raw(append([]byte{0xfd}, uleb(op)...)...) }

// result leaves what stands on the stack in a new local.
func (f *fn) result(kind byte) val {
	v := f.local(kind)
	f.set(v)
	return v
}

// binary and unary make a vector of vectors.
func (f *fn) binary(op uint32, a, b val) val {
	f.get(a)
	f.get(b)
	f.simd(op)
	return f.result(v128)
}

func (f *fn) unary(op uint32, a val) val {
	f.get(a)
	f.simd(op)
	return f.result(v128)
}

// Integer arithmetic on addresses and counts.

// step adds b to a, in place.
func (f *fn) step(a, b val) {
	f.get(a)
	f.get(b)
	f.raw(0x6a)
	f.set(a)
}

func (f *fn) stepBy(a val, n int32) {
	f.get(a)
	f.number(n)
	f.raw(0x6a)
	f.set(a)
}

func (f *fn) assign(a, b val) {
	f.get(b)
	f.set(a)
}

func (f *fn) copied(a val) val {
	f.get(a)
	return f.result(i32)
}

// times returns n*a.
func (f *fn) times(a val, n int32) val {
	f.get(a)
	f.number(n)
	f.raw(0x6c)
	return f.result(i32)
}

func (f *fn) sum(a, b val) val {
	f.get(a)
	f.get(b)
	f.raw(0x6a)
	return f.result(i32)
}

// loop repeats body while count, of which it takes step each time, stays at least
// step. It is not entered otherwise.
func (f *fn) loop(count val, step int32, body func()) {
	f.raw(0x02, 0x40) // block
	f.less(count, step)
	f.raw(0x0d, 0x00) // leave the block
	f.raw(0x03, 0x40) // loop
	body()
	f.stepBy(count, -step)
	f.less(count, step)
	f.raw(0x45, 0x0d, 0x00) // again if not
	f.raw(0x0b, 0x0b)
}

func (f *fn) less(a val, n int32) {
	f.get(a)
	f.number(n)
	f.raw(0x48)
}

// choose runs yes if a is not 0.
func (f *fn) choose(a val, yes func()) {
	f.get(a)
	f.raw(0x04, 0x40)
	yes()
	f.raw(0x0b)
}

// Memory. at is an address, off what is added to it.

func (f *fn) memory(op uint32, off int) {
	f.simd(op)
	f.raw(2) // alignment to 4 bytes is all that is promised
	f.raw(uleb(uint32(off))...)
}

func (f *fn) load(at val, off int) val {
	f.get(at)
	f.memory(0x00, off)
	return f.result(v128)
}

func (f *fn) loadSplat(at val, off int) val {
	f.get(at)
	f.memory(0x09, off)
	return f.result(v128)
}

func (f *fn) store(v, at val, off int) {
	f.get(at)
	f.get(v)
	f.memory(0x0b, off)
}

// bytes assembles the module.
func (m *module) bytes() []byte {
	out := []byte{0, 'a', 's', 'm', 1, 0, 0, 0}
	section := func(id byte, items [][]byte) {
		body := uleb(uint32(len(items)))
		for _, item := range items {
			body = append(body, item...)
		}
		out = append(append(append(out, id), uleb(uint32(len(body)))...), body...)
	}
	name := func(s string) []byte { return append(uleb(uint32(len(s))), s...) }
	var types, indices, exports, codes [][]byte
	for i, f := range m.fns {
		t := append([]byte{0x60}, uleb(uint32(f.params))...)
		for range f.params {
			t = append(t, i32)
		}
		t = append(append(t, uleb(uint32(len(f.results)))...), f.results...)
		types = append(types, t)
		indices = append(indices, uleb(uint32(i)))
		exports = append(exports, append(append(name(f.name), 0), uleb(uint32(i))...))
		code := uleb(uint32(len(f.locals)))
		for _, kind := range f.locals {
			code = append(code, 1, kind)
		}
		code = append(append(code, f.body...), 0x0b)
		codes = append(codes, append(uleb(uint32(len(code))), code...))
	}
	// Of at least one page, at most 4 GiB, and shared; kernels.js makes it one of its own
	// where the program's is.
	memory := append(append(name("e"), name("m")...), 2, 3, 1, 0x80, 0x80, 4)
	section(1, types)
	section(2, [][]byte{memory})
	section(3, indices)
	section(7, exports)
	section(10, codes)
	return out
}

func uleb(n uint32) []byte {
	var out []byte
	for n >= 0x80 {
		out = append(out, byte(n)|0x80)
		n >>= 7
	}
	return append(out, byte(n))
}

func sleb(n int64) []byte {
	var out []byte
	for {
		b := byte(n & 0x7f)
		n >>= 7
		if n == 0 && b&0x40 == 0 || n == -1 && b&0x40 != 0 {
			return append(out, b)
		}
		out = append(out, b|0x80)
	}
}
