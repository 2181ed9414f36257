// Package backend is the seam between the mathematics of style transfer and the
// machine that computes it: some twenty coarse operations on feature maps.
//
// A Backend is eager: each call reads what earlier calls wrote. It need not have
// finished when it returns; only Read, ReadSums and Dots wait, and they take a context. A
// Backend is used by one goroutine at a time.
//
// # Feature maps and windows
//
// A Buffer is a feature map [C,H,W]. How it lies in memory is the back end's own
// affair. Where an operation sums over places it takes a Window, the rectangle in
// which places count: the picture may be cut into blocks or bands, each place
// counted by exactly one of them, and what lies outside the window is halo.
//
// # Two steps
//
// Every loss is a function of sums over places. So it is computed in two steps:
// the Add operations add the sums of a window to a Sums, and the Grad operations
// add the gradient inside a window, given the sums of the whole picture. Between
// the two stands Total, after which a Sums covers the whole picture whoever held
// its parts.
//
// Wrong shapes are a bug of the caller and panic with a constant message.
package backend

import (
	"context"
	"errors"
)

// ErrLost is the error of Read and Dots when the device computes no more: it was taken away, or
// its driver failed. A caller with another back end may go on with that.
var ErrLost = errors.New("the device computes no more")

// A Shape is the shape of a feature map: channels, height, width.
type Shape struct{ C, H, W int }

// Len returns the number of elements, C*H*W.
func (s Shape) Len() int { return s.C * s.H * s.W }

// Whole returns the window that covers the whole shape.
func (s Shape) Whole() Window { return Window{0, 0, s.W, s.H} }

// A Window is the rectangle X0 <= x < X1, Y0 <= y < Y1 of a feature map.
type Window struct{ X0, Y0, X1, Y1 int }

// Area returns the number of places in the window.
func (w Window) Area() int { return (w.X1 - w.X0) * (w.Y1 - w.Y0) }

// In reports whether the window lies inside s.
func (w Window) In(s Shape) bool {
	return 0 <= w.X0 && w.X0 <= w.X1 && w.X1 <= s.W && 0 <= w.Y0 && w.Y0 <= w.Y1 && w.Y1 <= s.H
}

// Kinds of pooling. Both take 2x2 places with stride 2. Of a last odd row or column
// the size of the smaller map decides: rounded down it is left out, rounded up it has
// places of its own, which are the average or maximum of what is there of the 2x2.
type Pooling int

const (
	Average Pooling = iota
	Maximum
)

// Limits are between what the values of a picture [3,H,W] should lie, as of files: at most
// Reach from the Middle of each channel.
type Limits struct {
	Middle [3]float64
	Reach  float64
}

// A Variation is what AddVariation makes of the difference d of two neighbours.
type Variation int

const (
	Squared  Variation = iota // d^2
	Absolute                  // |d|, whose gradient at 0 is 0
)

// A Vector is what Combine and Dots work on: a Buffer or a Sums.
type Vector interface{ Len() int }

// A Buffer is a feature map [C,H,W] on the device. Its back end made it and is the
// only one that takes it.
type Buffer interface {
	Vector
	Shape() Shape
}

// A Sums holds n sums over places.
type Sums interface {
	Vector
	AreSums() // does nothing but tell a Sums from a Buffer
}

// A Memo remembers what the way back needs of the way forward: of a convolution
// one bit for each unit, set if it was positive; of maximum pooling which of the
// four places won.
type Memo interface{ MemoOf() Shape }

// ConvWeights are the parameters of a 3x3 convolution with stride 1 and zero
// padding 1: Weight [O,I,3,3], Bias [O]. Instead of Weight there may be Int8
// [O,I,3,3] and Scale [O]: the weights of output o are Int8 times Scale[o]. Linear is a
// convolution without ReLU, which has no Bias and whose pos is nil, always.
type ConvWeights struct {
	O, I   int
	Linear bool
	Weight []float32
	Int8   []int8
	Scale  []float32
	Bias   []float32
}

// Fit says whether the slices have the lengths that O and I ask for.
func (w *ConvWeights) Fit() bool {
	n := w.O * w.I * 9
	biases := w.O
	if w.Linear {
		biases = 0
	}
	if w.O < 1 || w.I < 1 || len(w.Bias) != biases {
		return false
	}
	if w.Int8 != nil {
		return len(w.Int8) == n && len(w.Scale) == w.O
	}
	return len(w.Weight) == n
}

// At returns weight k, in the order [O,I,3,3].
func (w *ConvWeights) At(k int) float32 {
	if w.Int8 != nil {
		return float32(w.Int8[k]) * w.Scale[k/(9*w.I)]
	}
	return w.Weight[k]
}

// A Conv is a convolution made ready by Prepare.
type Conv interface{ Channels() (in, out int) }

// Named is a back end that says in words who computes: a graphics card by its name, or so many
// processor cores.
type Named interface{ Device() string }

// Limited is a back end that takes no feature map of more than LargestMap bytes, each
// channel's places counted as float32 and channels rounded up to fours: larger pictures
// are painted in blocks.
type Limited interface{ LargestMap() int64 }

// Compact is a back end that has vectors in half precision too, which take less than half of the
// memory: NewCompact returns one of zeros, which Combine, Dots, Write, Read and Release take, and
// nothing else. Products and sums are computed as of others, from what the vectors hold.
type Compact interface{ NewCompact(s Shape) Buffer }

// A Use is a feature map's shape and the first and the last of a row of steps in which
// it is needed.
type Use struct {
	Shape
	From, To int
}

// A Pair is two vectors of the same length and kind whose product Dots returns; if
// B is nil, the sum of A's elements.
type Pair struct{ A, B Vector }

// LeastVariance is what Spread adds to variances, so that nothing is divided by 0 where a
// channel has one value everywhere.
const LeastVariance = 1e-6

// Backend is what computes. In the formulas p runs over places (y,x), i and j over
// channels.
type Backend interface {
	// Name is the name by which a person chooses the back end: "cpu".
	Name() string

	// New returns a feature map of zeros.
	New(s Shape) Buffer
	// NewShared returns feature maps, not zeroed, of which those that are never in use
	// at the same time may lie in the same memory, and what to Release for all of
	// them at once.
	NewShared(uses []Use) (maps []Buffer, memory any)
	// NewMemo returns room for the memo of a feature map of shape s: for Convolve
	// its output's shape, for Pool its output's.
	NewMemo(s Shape) Memo
	// NewSums returns n sums, all zero.
	NewSums(n int) Sums
	// Release gives a vector's or memo's memory back; it must not be used again.
	Release(v any)

	// Write copies chw, in the order channel, row, column, to dst.
	Write(dst Buffer, chw []float32)
	// Read copies src to dst, once all that was asked before is done.
	Read(ctx context.Context, dst []float32, src Buffer) error

	// Prepare transforms, packs or uploads the weights once, for both directions.
	Prepare(w ConvWeights) Conv
	// Convolve overwrites dst [O,H,W] with relu(c*src + bias), src [I,H,W], zeros
	// outside src, and pos, if it is not nil, with where that is positive.
	//
	//	dst[o,y,x] = max(0, bias[o] + sum_{i,u,v} weight[o,i,u,v] src[i,y+u-1,x+v-1])
	//
	// Of a linear convolution dst is the sum alone.
	Convolve(dst, src Buffer, c Conv, pos Memo)
	// ConvolveBack overwrites dsrc [I,H,W] with the gradient with respect to the
	// input, given ddst [O,H,W], the gradient with respect to the output, of which
	// only the units in pos count.
	//
	//	dsrc[i,y,x] = sum_{o,u,v} weight[o,i,u,v] pos[o,y-u+1,x-v+1] ddst[o,y-u+1,x-v+1]
	ConvolveBack(dsrc, ddst Buffer, c Conv, pos Memo)

	// Pool overwrites dst [C,H/2,W/2] or [C,(H+1)/2,(W+1)/2] with the averages or maxima
	// of 2x2 places of src [C,H,W]. arg is needed for Maximum: the first of equal places
	// wins.
	Pool(dst, src Buffer, kind Pooling, arg Memo)
	// PoolBack overwrites dsrc [C,H,W] with the gradient given ddst, of Pool's dst's shape.
	PoolBack(dsrc, ddst Buffer, kind Pooling, arg Memo)

	// Reduce overwrites dst [C,(H+1)/2,(W+1)/2] with src smoothed by the binomial
	// filter 1 4 6 4 1 in both directions and taken at every other place. The
	// filter is cut at the border and divided by the sum of what is left.
	Reduce(dst, src Buffer)
	// ReduceBack adds to dsrc [C,H,W] the gradient given ddst.
	ReduceBack(dsrc, ddst Buffer)

	// AddGram adds to s [C*C] the products of channels in w, each place weighted
	// by mask [1,H,W], or by 1 if that is nil. Both triangles are filled.
	//
	//	s[i,j] += sum_{p in w} mask[p] f[i,p] f[j,p]     Gatys et al. 2015, arXiv 1508.06576, eq. 3
	AddGram(s Sums, f Buffer, w Window, mask Buffer)
	// AddMoments adds to s [2*C] the sums of every channel in w, and after them those of
	// its squares, each place weighted by mask, or by 1 if that is nil.
	//
	//	s[i] += sum_{p in w} mask[p] f[i,p]     s[C+i] += sum_{p in w} mask[p] f[i,p]^2
	AddMoments(s Sums, f Buffer, w Window, mask Buffer)
	// Spread overwrites dst [2*C] with every channel's mean, and after them their
	// standard deviations, given the sums s [2*C] of AddMoments over so many places.
	//
	//	dst[i] = s[i] / area     dst[C+i] = sqrt(max(0, s[C+i] / area - dst[i]^2) + LeastVariance)
	Spread(dst, s Sums, area float64)
	// AddSquares adds to s [1] the squared differences of a and b in w.
	//
	//	s[0] += sum_{i, p in w} (a[i,p] - b[i,p])^2
	AddSquares(s Sums, a, b Buffer, w Window)
	// AddVariation adds to s [1] the differences between each place in w and its right
	// and lower neighbours, where x has them, each squared or without its sign.
	AddVariation(s Sums, x Buffer, kind Variation, w Window)
	// AddExcess adds to s [1] the squares of how far the values of a picture x [3,H,W] lie
	// outside limits, in w.
	//
	//	s[0] += sum_{c, p in w} max(0, |x[c,p] - Middle[c]| - Reach)^2
	AddExcess(s Sums, x Buffer, limits Limits, w Window)
	// WriteSums overwrites s with values.
	WriteSums(s Sums, values []float64)
	// ReadSums copies s to dst, once all that was asked before is done.
	ReadSums(ctx context.Context, dst []float64, s Sums) error
	// Sandwich overwrites dst [n*n] with the product k d k of symmetric matrices: what
	// a difference d of Gram matrices is in the metric k. dst must not be d or k.
	Sandwich(dst, d, k Sums)
	// Total makes s cover the whole picture. One rank alone has nothing to do;
	// several sum over all of them.
	Total(s Sums)

	// GramGrad adds to df, in w, given the symmetric d [C*C],
	//
	//	df[i,p] += scale mask[p] sum_j d[i,j] f[j,p]
	GramGrad(df, f Buffer, d Sums, scale float64, w Window, mask Buffer)
	// MomentsGrad adds to df, in w, given d [2*C] and what Spread gave, m [2*C],
	//
	//	df[i,p] += scale mask[p] (d[i] + d[C+i] (f[i,p] - m[i]) / m[C+i])
	MomentsGrad(df, f Buffer, d, m Sums, scale float64, w Window, mask Buffer)
	// SquaresGrad adds to da, in w,
	//
	//	da[i,p] += scale (a[i,p] - b[i,p])
	SquaresGrad(da, a, b Buffer, scale float64, w Window)
	// VariationGrad adds to dx scale times the gradient of what AddVariation sums
	// over w; it reaches one place beyond w to the right and below.
	VariationGrad(dx, x Buffer, kind Variation, scale float64, w Window)
	// ExcessGrad adds to dx scale times the gradient of what AddExcess sums over w.
	ExcessGrad(dx, x Buffer, limits Limits, scale float64, w Window)

	// Combine overwrites dst with a*x + b*y. The three are of one kind and length,
	// and may be the same; y may be nil, for a*x. A factor of 0 means that its buffer is not
	// read, so that Combine(v, 0, v, 0, nil) clears whatever v holds.
	Combine(dst Vector, a float64, x Vector, b float64, y Vector)
	// AddPart adds to dst the rectangle w of src, with its top left place at (x,y): so
	// blocks are cut out of a picture, and their gradients brought back to it.
	//
	//	dst[i,y+v,x+u] += src[i,w.Y0+v,w.X0+u]
	AddPart(dst Buffer, x, y int, src Buffer, w Window)
	// AdamStep moves x against the gradient g, with moving averages m and v, as
	// Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1, step t counted from 1,
	// with beta1 0.9, beta2 0.999 and epsilon 1e-8.
	AdamStep(x, m, v, g Buffer, rate float64, t int)
	// Dots overwrites dst with the products of all pairs, summed in float64, once all
	// that was asked before is done.
	Dots(ctx context.Context, dst []float64, pairs []Pair) error
}
