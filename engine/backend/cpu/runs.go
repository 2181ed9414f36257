package cpu

import "trappedinart/engine/backend"

// runs are functions on many squares or rows at once. A kernel need not have them: they
// are made of its others then, as completed says.
type runs struct {
	// inputs is input of tiles squares beside each other, 4*col apart, which go vNext
	// apart to v.
	inputs func(v []float32, vStep, vNext int, src []float32, row, col, n, tiles int)
	// outputs is output of tiles squares beside each other, from m on mNext apart.
	outputs     func(dst []float32, row, col int, m []float32, mStep, mNext, n, tiles int)
	outputsRelu func(dst []float32, row, col int, m []float32, mStep, mNext, n int, bias []float32, bits []uint8, bitRow, bitCol, tiles int)
	// expandEach is expand of nine rows for each scale.
	expandEach func(dst []float32, src []int8, scale []float32, columns, depth int)
	clear      func(dst []float32)
	// copyRows copies rows of n floats, copyBits of n bytes.
	copyRows func(dst []float32, dstStep int, src []float32, srcStep, n, rows int)
	copyBits func(dst []uint8, dstStep int, src []uint8, srcStep, n, rows int)
	// addRows adds rows of n floats, each times its weight; and so again what is srcNext
	// after, as often as times says.
	addRows func(dst []float32, dstStep int, src []float32, srcStep, srcNext, times int, weights []float32, weightStep, n, rows int)
	// maskedRows is masked of rows of n floats.
	maskedRows func(dst []float32, dstStep int, src []float32, srcStep int, bits []uint8, bitStep, n, rows int)
	// accumulate adds rows of n floats to sums.
	accumulate func(dst []float64, dstStep int, src []float32, srcStep, n, rows int)
	// dotTo writes the dot product to the first of dst.
	dotTo func(dst []float64, x, y []float32)
	// excessTo writes to the first of dst by how much a row of a picture, its places four floats
	// apart, lies beyond the limits: the sum of squares.
	excessTo func(dst []float64, x []float32, limits *backend.Limits)
	// addExcess adds to dst how far each value of a row lies beyond the limits, times p.
	addExcess func(dst []float32, p float32, x []float32, limits *backend.Limits)
}

// completed gives a kernel runs that are loops.
func completed(k *kernel) *kernel {
	for i := range k.panels {
		product := k.panels[i].product
		k.panels[i].products = func(c []float32, cStep, cRow int, a []float32, aStep, aRow int, b []float32, bStep, rows, depth int, add bool) {
			for p := range 36 {
				product(c[p*cStep:], cRow, a[p*aStep:], aRow, 1, b[p*bStep:], rows, depth, add)
			}
		}
		k.panels[i].productSum = func(c []float32, cRow int, a []float32, aRow, aStep, aNext int, b []float32, bNext, rows, depth, times int) {
			for t := range times {
				product(c, cRow, a[t*aNext:], aRow, aStep, b[t*bNext:], rows, depth, t > 0)
			}
		}
	}
	k.runs = runs{
		inputs: func(v []float32, vStep, vNext int, src []float32, row, col, n, tiles int) {
			for i := range tiles {
				k.input(v[i*vNext:], vStep, src[4*i*col:], row, col, n)
			}
		},
		outputs: func(dst []float32, row, col int, m []float32, mStep, mNext, n, tiles int) {
			for i := range tiles {
				k.output(dst[4*i*col:], row, col, m[i*mNext:], mStep, n)
			}
		},
		outputsRelu: func(dst []float32, row, col int, m []float32, mStep, mNext, n int, bias []float32, bits []uint8, bitRow, bitCol, tiles int) {
			for i := range tiles {
				k.outputRelu(dst[4*i*col:], row, col, m[i*mNext:], mStep, n, bias, bits[4*i*bitCol:], bitRow, bitCol)
			}
		},
		expandEach: func(dst []float32, src []int8, scale []float32, columns, depth int) {
			var each [maxColumns]float32
			size := 9 * columns
			for i := range depth {
				for j := range each[:columns] {
					each[j] = scale[i]
				}
				k.expand(dst[i*size:], src[i*size:], each[:], columns, 9)
			}
		},
		clear:    func(dst []float32) { clear(dst) },
		copyRows: copyRowsGo[float32],
		copyBits: copyRowsGo[uint8],
		excessTo: excessToGo, addExcess: addExcessGo,
		addRows: func(dst []float32, dstStep int, src []float32, srcStep, srcNext, times int, weights []float32, weightStep, n, rows int) {
			for t := range times {
				for i := range rows {
					to, by := dst[i*dstStep:][:n], weights[i*weightStep]
					if n >= longRow {
						k.combine(to, 1, to, by, src[t*srcNext+i*srcStep:][:n])
						continue
					}
					for c, v := range src[t*srcNext+i*srcStep:][:n] {
						to[c] += by * v
					}
				}
			}
		},
		maskedRows: func(dst []float32, dstStep int, src []float32, srcStep int, bits []uint8, bitStep, n, rows int) {
			for i := range rows {
				k.masked(dst[i*dstStep:][:n], src[i*srcStep:], bits[i*bitStep:])
			}
		},
		accumulate: func(dst []float64, dstStep int, src []float32, srcStep, n, rows int) {
			for i := range rows {
				to := dst[i*dstStep:][:n]
				for c, v := range src[i*srcStep:][:n] {
					to[c] += float64(v)
				}
			}
		},
		dotTo: func(dst []float64, x, y []float32) { dst[0] = k.dot(x, y) },
	}
	return k
}

// longRow is how many floats pay for a call.
const longRow = 32

func copyRowsGo[T any](dst []T, dstStep int, src []T, srcStep, n, rows int) {
	for i := range rows {
		copy(dst[i*dstStep:][:n], src[i*srcStep:])
	}
}

// one is the weight of rows that all weigh the same.
var one = []float32{1}
