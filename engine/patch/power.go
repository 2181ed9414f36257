//go:build !js

package patch

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

const (
	powerSide = 3
	powerOf   = 3 * powerSide * powerSide // values of a patch
	floor     = 0.5                       // squared grey levels
)

// excess compares the power of 3 x 3 patches: see Measure.
func excess(picture, painting planes) (most float64, direction [3][3][3]float64) {
	if picture.patches(powerSide) == 0 || painting.patches(powerSide) == 0 {
		return 0, direction
	}
	of, by := picture.covariance(), painting.covariance()
	var eigen mat.EigenSym
	if !eigen.Factorize(by, true) {
		panic("patch: a covariance has no eigenvalues")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	most = math.Inf(-1)
	for k, l := range eigen.Values(nil) {
		v := vectors.ColView(k)
		e := math.Log2((mat.Inner(v, of, v) + floor) / (max(l, 0) + floor))
		if e <= most {
			continue
		}
		most = e
		for i := range powerOf {
			direction[i/9][i/3%3][i%3] = v.AtVec(i)
		}
	}
	return most, direction
}

// covariance is that of all 3 x 3 patches of the picture.
func (p planes) covariance() *mat.SymDense {
	wide, high := p.w-powerSide+1, p.h-powerSide+1
	sums := blas64.Symmetric{Uplo: blas.Upper, N: powerOf, Stride: powerOf, Data: make([]float64, powerOf*powerOf)}
	row := blas64.General{Rows: powerOf, Cols: wide, Stride: wide, Data: make([]float64, powerOf*wide)}
	shift := p.means() // near the mean, so that little is lost where the means' product is taken away
	var mean [powerOf]float64
	offsets := p.offsets(powerSide)
	for y := range high {
		for i, o := range offsets {
			values := row.Data[i*wide:][:wide]
			for x, v := range p.values[y*p.w+o:][:wide] {
				values[x] = float64(v) - shift[i/9]
				mean[i] += values[x]
			}
		}
		blas64.Syrk(blas.NoTrans, 1, row, 1, sums)
	}
	n := float64(wide * high)
	for i := range powerOf {
		for j := i; j < powerOf; j++ {
			s := &sums.Data[i*powerOf+j]
			*s = *s/n - mean[i]/n*mean[j]/n
		}
	}
	return mat.NewSymDense(powerOf, sums.Data)
}

// means are those of the channels.
func (p planes) means() (m [3]float64) {
	n := p.w * p.h
	for i, v := range p.values {
		m[i/n] += float64(v) / float64(n)
	}
	return m
}
