//go:build !js

// Package patch compares two pictures by their patches: squares of k x k pixels of three
// colours, wherever they lie. It sees strokes, grain, weaves and pebbles, which say little
// to the Gram matrices of a network that was optimised for, and it needs no network.
//
// It is native only: gonum, which does the products and the eigenvalues, is nothing that a
// browser should download.
package patch

import (
	"context"
	"fmt"
	"image"
	"math"

	"trappedinart/engine/pixel"
)

// Sides are how wide the patches of the distances are, and Scales how many times smaller
// the copies are of which they are taken.
var (
	Sides  = [...]int{5, 9}
	Scales = [...]int{1, 2, 4}
)

// Measures say how far a picture is from a painting. 0 everywhere is the painting itself.
type Measures struct {
	// Distances of patches by their side, and by how many times smaller the copy is:
	// "9x9", and "9x9/2" on the copy of half the size. One is left out where either copy
	// is smaller than the patch, or where the painting is flat (its products have a root
	// mean square of less than 0.01 grey levels).
	Distances map[string]float64 `json:"distances"`
	// Excess is how many times the power of the painting the picture has in that direction
	// of 3 x 3 patches where it has most too much, as a logarithm of base 2. It is below 0
	// if the picture has less in all directions, and 0 if either picture has no such patch.
	Excess float64 `json:"excess_power"`
	// Direction is that direction, by channel, row and column, its norm 1. Its sign means
	// nothing. In a copy of a painting it is any of them.
	Direction [3][3][3]float64 `json:"excess_direction"`
}

// Measure compares a picture with a painting, whose longer side is brought to the
// picture's first, in whole grey levels as the picture has them. It gives the same
// numbers every time, however many processors there are. Its only error is the context's.
//
// # Distance
//
// The distance of patches is a sliced Wasserstein distance (Rabin et al. 2011, "Wasserstein
// barycenter and its application to texture mixing"). Of each picture n patches are drawn
// without replacement, n being 40,000 or as many as the picture with fewer has. Of a patch's
// 3 k^2 grey levels one mean, over all pixels and channels, is taken away. They are
// multiplied by 256 random directions d of 3 k^2 normal numbers, brought to norm 1; a[d][i]
// are the picture's products with d in ascending order, b[d][i] the painting's:
//
//	distance = sqrt( sum_d,i (a[d][i] - b[d][i])^2 / sum_d,i b[d][i]^2 )
//
// It is 0 if both have the same patches, however they are arranged, |c-1| if the picture is
// the painting with c times the contrast, and 1 if it is flat. Places and directions come
// from PCG with fixed seeds (O'Neill 2014); pictures of one size are sampled at the same
// places.
//
// # Excess of power
//
// Let C be the covariance of all of the picture's 3 x 3 patches, 27 grey levels each, and
// let the painting's have the eigenvectors v and eigenvalues l; half a squared grey level
// keeps directions that both lack out of it:
//
//	excess = max_v log2( (v' C v + 1/2) / (l + 1/2) )
func Measure(ctx context.Context, picture, painting *image.NRGBA) (*Measures, error) {
	a := planes{picture.Rect.Dx(), picture.Rect.Dy(), nil}
	a.values = pixel.Planes(picture, a.w, a.h)
	b := planes{}
	b.w, b.h = pixel.Fit(painting.Rect.Dx(), painting.Rect.Dy(), max(a.w, a.h))
	fitted := pixel.Image(pixel.Planes(painting, b.w, b.h), b.w, b.h)
	b.values = pixel.Planes(fitted, b.w, b.h)

	m := &Measures{Distances: map[string]float64{}}
	for _, times := range Scales {
		small, original := a.smaller(times), b.smaller(times)
		for _, side := range Sides {
			d, err := distance(ctx, small, original, side)
			if err != nil {
				return nil, err
			}
			if !math.IsNaN(d) {
				m.Distances[Name(side, times)] = d
			}
		}
	}
	m.Excess, m.Direction = excess(a, b)
	return m, ctx.Err()
}

// Name is that of a distance: 9x9, and 9x9/2 on the copy of half the size.
func Name(side, times int) string {
	if times == 1 {
		return fmt.Sprintf("%dx%d", side, side)
	}
	return fmt.Sprintf("%dx%d/%d", side, side, times)
}

// planes are grey levels [3,h,w].
type planes struct {
	w, h   int
	values []float32
}

// smaller returns a copy that many times smaller, resampled in linear light.
func (p planes) smaller(times int) planes {
	if times == 1 {
		return p
	}
	w, h := max(1, (p.w+times/2)/times), max(1, (p.h+times/2)/times)
	return planes{w, h, pixel.Resize(p.values, p.w, p.h, w, h)}
}

// patches is how many patches of that side the picture has.
func (p planes) patches(side int) int {
	return max(0, p.w-side+1) * max(0, p.h-side+1)
}

// offsets says where the values of a patch lie, from its first: by channel, row, column.
func (p planes) offsets(side int) []int {
	var list []int
	for c := range 3 {
		for y := range side {
			for x := range side {
				list = append(list, (c*p.h+y)*p.w+x)
			}
		}
	}
	return list
}
