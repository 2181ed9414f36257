package cpu

// reluGo overwrites dst with max(0, src+bias), place by place, and bits with where
// that is positive. Unlike elsewhere n may be 4, with a byte of bits all the same.
// A NaN stays, to be seen.
//
//	dst[p*dstStep+c] = max(0, src[p*srcStep+c]+bias[c]), p < places, c < n
func reluGo(dst []float32, dstStep int, bits []uint8, bitStep int, src []float32, srcStep int, bias []float32, places, n int) {
	for p := range places {
		to, from, b := dst[p*dstStep:][:n], src[p*srcStep:][:n], bits[p*bitStep:][:(n+7)/8]
		clear(b)
		for c := range to {
			v, positive := relu1(from[c] + bias[c])
			to[c] = v
			b[c/8] |= positive << (c % 8)
		}
	}
}

func relu1(v float32) (float32, uint8) {
	switch {
	case v > 0:
		return v, 1
	case v != v:
		return v, 0
	}
	return 0, 0
}

// maskedGo overwrites dst with src where bits are set, and 0 elsewhere. All have as
// many elements as dst, a multiple of 8.
func maskedGo(dst, src []float32, bits []uint8) {
	src, bits = src[:len(dst)], bits[:len(dst)/8]
	for i := range dst {
		dst[i] = 0
		if bits[i/8]>>(i%8)&1 != 0 {
			dst[i] = src[i]
		}
	}
}

// averageGo overwrites dst with the means of 2x2 places of n channels, of which
// above and below are two rows.
func averageGo(dst, above, below []float32, n int) {
	for at := 0; at+n <= len(dst); at += n {
		a, b, to := above[2*at:][:2*n], below[2*at:][:2*n], dst[at:][:n]
		for c := range to {
			to[c] = ((a[c] + a[n+c]) + (b[c] + b[n+c])) * 0.25
		}
	}
}

// averageBackGo gives each of the 2x2 places a quarter of d.
func averageBackGo(above, below, d []float32, n int) {
	for at := 0; at+n <= len(d); at += n {
		a, b := above[2*at:][:2*n], below[2*at:][:2*n]
		for c, v := range d[at:][:n] {
			v *= 0.25
			a[c], a[n+c], b[c], b[n+c] = v, v, v, v
		}
	}
}

// maximumGo overwrites dst with the largest of 2x2 places, the first of equals, and
// the bits with where it was. Unlike elsewhere n may be 4, with a byte of bits.
func maximumGo(dst, above, below []float32, lower, right []uint8, n int) {
	bytes := (n + 7) / 8
	for p := 0; (p+1)*n <= len(dst); p++ {
		a, b, to := above[2*p*n:][:2*n], below[2*p*n:][:2*n], dst[p*n:][:n]
		low, rgt := lower[p*bytes:][:bytes], right[p*bytes:][:bytes]
		clear(low)
		clear(rgt)
		for c := range to {
			v, l, r := a[c], uint8(0), uint8(0)
			if a[n+c] > v {
				v, r = a[n+c], 1
			}
			v2, r2 := b[c], uint8(0)
			if b[n+c] > v2 {
				v2, r2 = b[n+c], 1
			}
			if v2 > v {
				v, l, r = v2, 1, r2
			}
			to[c] = v
			low[c/8] |= l << (c % 8)
			rgt[c/8] |= r << (c % 8)
		}
	}
}

// maximumBackGo gives d to the one of the 2x2 places that won, and 0 to the others.
func maximumBackGo(above, below, d []float32, lower, right []uint8, n int) {
	bytes := (n + 7) / 8
	for p := 0; (p+1)*n <= len(d); p++ {
		a, b := above[2*p*n:][:2*n], below[2*p*n:][:2*n]
		clear(a)
		clear(b)
		for c, v := range d[p*n:][:n] {
			to := a
			if lower[p*bytes+c/8]>>(c%8)&1 != 0 {
				to = b
			}
			to[int(right[p*bytes+c/8]>>(c%8)&1)*n+c] = v
		}
	}
}

// combineGo overwrites dst with p*x + q*y. A vector that is multiplied by 0 is not read.
func combineGo(dst []float32, p float32, x []float32, q float32, y []float32) {
	combine(dst, p, x, q, y)
}

func combine[T float32 | float64](dst []T, p T, x []T, q T, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	switch {
	case p != 0 && q != 0:
		for i := range dst {
			dst[i] = p*x[i] + q*y[i]
		}
	case p != 0:
		for i := range dst {
			dst[i] = p * x[i]
		}
	case q != 0:
		for i := range dst {
			dst[i] = q * y[i]
		}
	default:
		clear(dst)
	}
}

// addScaledGo adds f*(x-y) to dst.
func addScaledGo(dst []float32, f float32, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] += f * (x[i] - y[i])
	}
}

// dotGo returns sum_i x[i]*y[i] in float64.
func dotGo(x, y []float32) float64 { return dot(x, y) }

// dot uses four interleaved sums, which processors add side by side.
func dot[T float32 | float64](x, y []T) float64 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		s0 += float64(x[i]) * float64(y[i])
		s1 += float64(x[i+1]) * float64(y[i+1])
		s2 += float64(x[i+2]) * float64(y[i+2])
		s3 += float64(x[i+3]) * float64(y[i+3])
	}
	for ; i < len(x); i++ {
		s0 += float64(x[i]) * float64(y[i])
	}
	return s0 + s1 + s2 + s3
}

// squaresGo returns sum_i (x[i]-y[i])^2 in float64.
func squaresGo(x, y []float32) float64 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(x); i += 4 {
		d0, d1 := float64(x[i])-float64(y[i]), float64(x[i+1])-float64(y[i+1])
		d2, d3 := float64(x[i+2])-float64(y[i+2]), float64(x[i+3])-float64(y[i+3])
		s0, s1, s2, s3 = s0+d0*d0, s1+d1*d1, s2+d2*d2, s3+d3*d3
	}
	for ; i < len(x); i++ {
		d := float64(x[i]) - float64(y[i])
		s0 += d * d
	}
	return s0 + s1 + s2 + s3
}

// momentsGo overwrites sums and squares with the sums over places of each channel and of
// its square. The places of f follow each other; place p weighs weights[p*step], or 1 if
// there are no weights.
func momentsGo(sums, squares, f, weights []float32, step int) {
	momentsOf(0, sums, squares, f, weights, step)
}

// momentsOf does the channels from the given one on.
func momentsOf(first int, sums, squares, f, weights []float32, step int) {
	for c := first; c < len(sums); c++ {
		var sum, square float32
		for p, at := 0, c; at < len(f); p, at = p+1, at+len(sums) {
			v, weight := f[at], float32(1)
			if weights != nil {
				weight = weights[p*step]
			}
			sum += weight * v
			square += weight * v * v
		}
		sums[c], squares[c] = sum, square
	}
}

// affineGo adds to dst a linear function of each channel of f, weighted as above.
//
//	dst[p,c] += weights[p*step] (constant[c] + slope[c] f[p,c])
func affineGo(dst, f, weights []float32, step int, constant, slope []float32) {
	n := len(constant)
	for p, at := 0, 0; at < len(dst); p, at = p+1, at+n {
		weight := float32(1)
		if weights != nil {
			weight = weights[p*step]
		}
		for c, v := range f[at:][:n] {
			dst[at+c] += weight * (constant[c] + slope[c]*v)
		}
	}
}
