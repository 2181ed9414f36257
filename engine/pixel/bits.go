//go:build !js || pictures

package pixel

// A huffman table has canonical codes of 1 to 16 bits, in the order of their lengths:
// ITU-T T.81, annex C.
type huffman struct {
	symbols []byte
	first   [17]uint // code of each length
	count   [17]uint
}

func newHuffman(counts, symbols []byte) *huffman {
	h := &huffman{symbols: symbols}
	code := uint(0)
	for i, n := range counts {
		h.first[i+1], h.count[i+1] = code, uint(n)
		code = (code + uint(n)) << 1
	}
	return h
}

// read reads a symbol, if there is one.
func (h *huffman) read(r *bitReader) (byte, bool) {
	code, before := uint(0), uint(0)
	for n := 1; n <= 16; n++ {
		bit, ok := r.next()
		if !ok {
			return 0, false
		}
		code = code<<1 | bit
		if i := code - h.first[n]; code >= h.first[n] && i < h.count[n] {
			return h.symbols[before+i], true
		}
		before += h.count[n]
	}
	return 0, false
}

// write writes the code of a symbol, if there is one.
func (h *huffman) write(w *bitWriter, symbol byte) bool {
	at := uint(0)
	for n := 1; n <= 16; n++ {
		for i := range h.count[n] {
			if h.symbols[at+i] == symbol {
				w.put(h.first[n]+i, n)
				return true
			}
		}
		at += h.count[n]
	}
	return false
}

// A bitReader reads the codes of a scan, in which 0xff stands as 0xff 0x00 (T.81, B.1.1.5).
type bitReader struct {
	data []byte
	at   int // byte
	bit  int // in it, from the highest
}

func (r *bitReader) next() (uint, bool) {
	if r.at >= len(r.data) || r.data[r.at] == 0xff && (r.at+1 >= len(r.data) || r.data[r.at+1] != 0) {
		return 0, false
	}
	v := uint(r.data[r.at]>>(7-r.bit)) & 1
	if r.bit++; r.bit == 8 {
		r.bit = 0
		if r.data[r.at] == 0xff {
			r.at++
		}
		r.at++
	}
	return v, true
}

func (r *bitReader) skip(n int) bool {
	for range n {
		if _, ok := r.next(); !ok {
			return false
		}
	}
	return true
}

// restart goes over a restart marker, which is due.
func (r *bitReader) restart() bool {
	for r.bit != 0 {
		if _, ok := r.next(); !ok {
			return false
		}
	}
	if r.at+1 >= len(r.data) || r.data[r.at] != 0xff || r.data[r.at+1]&^7 != rst0 {
		return false
	}
	r.at += 2
	return true
}

// A bitWriter writes the codes of a scan.
type bitWriter struct {
	out   []byte
	bits  uint // not written yet
	count int
}

func (w *bitWriter) put(code uint, n int) {
	w.bits, w.count = w.bits<<n|code, w.count+n
	for ; w.count >= 8; w.count -= 8 {
		b := byte(w.bits >> (w.count - 8))
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
	w.bits &= 1<<w.count - 1
}

// align fills the byte with ones: T.81, F.1.2.3.
func (w *bitWriter) align() {
	if n := -w.count & 7; n > 0 {
		w.put(1<<n-1, n)
	}
}
