package sight

import (
	"math"

	"trappedinart/engine/segment"
)

// rounds of the iteration that finds components: those that matter are there much earlier.
const rounds = 20

// reduced returns the channels' first principal components, by orthogonal iteration (Golub
// and Van Loan, Matrix Computations, 2013, section 8.2.4) on their covariances. The channels
// have no mean.
func reduced(channels [][]float64, w, h int) *segment.Sight {
	n := len(channels)
	covariance := make([][]float64, n)
	for i := range covariance {
		covariance[i] = make([]float64, n)
		for j := range i + 1 {
			covariance[i][j] = dot(channels[i], channels[j]) / float64(w*h)
			covariance[j][i] = covariance[i][j]
		}
	}
	basis := make([][]float64, min(numbers, n))
	for k := range basis {
		basis[k] = make([]float64, n)
		for i := range n {
			basis[k][i] = float64((i+1)*(i+3*k+1)%31 - 15) // anything that is not orthogonal to them
		}
	}
	for range rounds {
		for k, b := range basis {
			next := make([]float64, n)
			for i := range n {
				next[i] = dot(covariance[i], b)
			}
			for _, before := range basis[:k] {
				along := dot(next, before)
				for i := range n {
					next[i] -= along * before[i]
				}
			}
			length := math.Sqrt(max(dot(next, next), 1e-30))
			for i := range n {
				next[i] /= length
			}
			basis[k] = next
		}
	}
	s := &segment.Sight{W: w, H: h, C: len(basis), Values: make([]float32, w*h*len(basis))}
	for k, b := range basis {
		for i, channel := range channels {
			for cell, v := range channel {
				s.Values[cell*s.C+k] += float32(b[i] * v)
			}
		}
	}
	return s
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
