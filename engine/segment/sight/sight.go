// Package sight is what a network sees around each place of a picture, for package segment
// to compare: how strongly its units answer there, in the mean over a few pixels, which
// tells textures apart.
package sight

import (
	"context"
	"image"
	"math"

	"trappedinart/engine/backend"
	"trappedinart/engine/segment"
	"trappedinart/engine/vgg"
)

// Taps are those that are looked at, which the network must have.
var Taps = []string{"relu1_1", "relu2_1", "relu3_1"}

const (
	// beyond is how far the picture is continued by reflection, in pixels: as far as
	// relu3_1 sees, and as averages reach.
	beyond = 12 + reach*segment.Cell
	// around is the deviation in cells of the Gaussian over which answers are averaged.
	around = 1
	reach  = 3 * around
	// numbers is how many are left of each cell.
	numbers = 8
)

// Of returns what the network sees of the picture; transparency does not count. Each tap has
// the same say.
func Of(ctx context.Context, be backend.Backend, w *vgg.Weights, img *image.NRGBA) (*segment.Sight, error) {
	net, err := vgg.New(be, w, Taps)
	if err != nil {
		return nil, err
	}
	g := gridOf(img)
	seen, err := net.Features(ctx, g.planes(img), g.high*segment.Cell, g.wide*segment.Cell, w.Pooling, Taps)
	if err != nil {
		return nil, err
	}
	var channels [][]float64
	for _, tap := range Taps {
		f := seen[tap]
		first, total := len(channels), 0.0
		for c := range f.C {
			v, variance := g.inner(g.smoothed(g.cells(f, c)))
			channels, total = append(channels, v), total+variance
		}
		share := 1 / math.Sqrt(max(total, 1e-6))
		for _, v := range channels[first:] {
			for i := range v {
				v[i] *= share
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return reduced(channels, g.w, g.h), nil
}

// A grid is the cells of a picture: w x h, and with those of the border wide x high.
type grid struct{ w, h, wide, high int }

const border = beyond / segment.Cell

func gridOf(img *image.NRGBA) grid {
	w, h := (img.Rect.Dx()+segment.Cell-1)/segment.Cell, (img.Rect.Dy()+segment.Cell-1)/segment.Cell
	return grid{w, h, w + 2*border, h + 2*border}
}

// planes returns the picture with its border, [3,h,w].
func (g grid) planes(img *image.NRGBA) []float32 {
	w, h := g.wide*segment.Cell, g.high*segment.Cell
	out := make([]float32, 3*w*h)
	for y := range h {
		row := img.Pix[reflected(y-beyond, img.Rect.Dy())*img.Stride:]
		for x := range w {
			p := row[4*reflected(x-beyond, img.Rect.Dx()):][:3]
			for c, v := range p {
				out[(c*h+y)*w+x] = float32(v)
			}
		}
	}
	return out
}

// reflected returns which of n pixels is seen at i, mirrored as often as is needed.
func reflected(i, n int) int {
	if n == 1 {
		return 0
	}
	i = ((i % (2*n - 2)) + 2*n - 2) % (2*n - 2)
	return min(i, 2*n-2-i)
}

// cells returns the square roots of a channel's means in each cell: of strong answers the
// differences count less.
func (g grid) cells(f vgg.FeatureMap, c int) []float64 {
	k := f.W / g.wide // places across a cell
	v := f.Values[c*f.H*f.W:][:f.H*f.W]
	out := make([]float64, g.wide*g.high)
	for i := range out {
		sum := 0.0
		for y := range k {
			for _, u := range v[(i/g.wide*k+y)*f.W+i%g.wide*k:][:k] {
				sum += float64(u)
			}
		}
		out[i] = math.Sqrt(sum / float64(k*k))
	}
	return out
}

// smoothed averages over a Gaussian.
func (g grid) smoothed(v []float64) []float64 {
	var weights [2*reach + 1]float64
	total := 0.0
	for i := range weights {
		d := float64(i-reach) / around
		weights[i] = math.Exp(-d * d / 2)
		total += weights[i]
	}
	for _, along := range []struct{ step, length int }{{1, g.wide}, {g.wide, g.high}} {
		out := make([]float64, len(v))
		for i := range v {
			at := i / along.step % along.length
			for k, f := range weights {
				to := min(along.length-1, max(0, at+k-reach))
				out[i] += f / total * v[i+(to-at)*along.step]
			}
		}
		v = out
	}
	return v
}

// inner returns the cells without the border, less their mean, and their variance.
func (g grid) inner(v []float64) (out []float64, variance float64) {
	mean := 0.0
	for y := range g.h {
		out = append(out, v[(y+border)*g.wide+border:][:g.w]...)
	}
	for _, u := range out {
		mean += u / float64(len(out))
	}
	for i := range out {
		out[i] -= mean
		variance += out[i] * out[i] / float64(len(out))
	}
	return out, variance
}
