package backend

import "math"

// The checks of arguments that every back end makes, so that all refuse the same.
// Each panics with a constant message: a wrong shape is a bug of the caller.

// CheckNew checks the shape of a new feature map or mask.
func CheckNew(s Shape) {
	if s.C < 0 || s.H < 0 || s.W < 0 {
		panic("backend: negative shape")
	}
}

// CheckCopy checks Write and Read.
func CheckCopy(host []float32, s Shape) {
	if len(host) != s.Len() {
		panic("backend: slice and feature map differ in length")
	}
}

// CheckPrepare checks Prepare.
func CheckPrepare(w ConvWeights) {
	if !w.Fit() {
		panic("backend: convolution weights do not fit their channels")
	}
}

// CheckConvolve checks Convolve and, with gradients for maps, ConvolveBack.
func CheckConvolve(out, in Shape, c Conv, pos Memo) {
	i, o := c.Channels()
	if in.C != i || out.C != o || in.H != out.H || in.W != out.W {
		panic("backend: convolution and feature maps do not fit")
	}
	if pos != nil && pos.MemoOf() != out {
		panic("backend: mask and feature map differ in shape")
	}
}

// CheckPool checks Pool and, with gradients for maps, PoolBack.
func CheckPool(out, in Shape, kind Pooling, arg Memo) {
	if out != (Shape{in.C, in.H / 2, in.W / 2}) && out != (Shape{in.C, (in.H + 1) / 2, (in.W + 1) / 2}) {
		panic("backend: pooled feature map does not have half the size")
	}
	if kind == Maximum && (arg == nil || arg.MemoOf() != out) {
		panic("backend: maximum pooling needs a mask of its output")
	}
}

// CheckReduce checks Reduce and, with gradients for maps, ReduceBack.
func CheckReduce(out, in Shape) {
	if out != (Shape{in.C, (in.H + 1) / 2, (in.W + 1) / 2}) {
		panic("backend: reduced feature map does not have half the size")
	}
}

// CheckGram checks AddGram and GramGrad.
func CheckGram(n int, f Shape, w Window, mask Buffer) {
	if n != f.C*f.C {
		panic("backend: Gram matrix and feature map do not fit")
	}
	CheckWindow(w, f)
	if mask != nil && mask.Shape() != (Shape{1, f.H, f.W}) {
		panic("backend: mask and feature map differ in shape")
	}
}

// CheckMoments checks AddMoments and MomentsGrad.
func CheckMoments(f Shape, w Window, mask Buffer, sums ...Sums) {
	for _, s := range sums {
		if s.Len() != 2*f.C {
			panic("backend: moments and feature map do not fit")
		}
	}
	CheckWindow(w, f)
	if mask != nil && mask.Shape() != (Shape{1, f.H, f.W}) {
		panic("backend: mask and feature map differ in shape")
	}
}

// CheckSpread checks Spread.
func CheckSpread(dst, s Sums) {
	if dst.Len() != s.Len() || s.Len()%2 != 0 {
		panic("backend: not two sums of every channel")
	}
}

// CheckWriteSums checks WriteSums and ReadSums.
func CheckWriteSums(s Sums, values []float64) {
	if s.Len() != len(values) {
		panic("backend: slice and sums differ in length")
	}
}

// CheckSandwich checks Sandwich and returns n.
func CheckSandwich(dst, d, k Sums) int {
	n := int(math.Sqrt(float64(k.Len())))
	if n*n != k.Len() || d.Len() != k.Len() || dst.Len() != k.Len() || dst == d || dst == k {
		panic("backend: not three square matrices of one size")
	}
	return n
}

// CheckSum checks AddSquares and AddVariation.
func CheckSum(n int, w Window, s Shape) {
	if n != 1 {
		panic("backend: sum of squares needs one sum")
	}
	CheckWindow(w, s)
}

// CheckExcess checks AddExcess and ExcessGrad.
func CheckExcess(x Buffer, w Window) {
	if x.Shape().C != 3 {
		panic("backend: only a picture has limits")
	}
	CheckWindow(w, x.Shape())
}

// CheckWindow checks that w lies inside s.
func CheckWindow(w Window, s Shape) {
	if !w.In(s) {
		panic("backend: window outside the feature map")
	}
}

// CheckPart checks AddPart.
func CheckPart(dst Shape, x, y int, src Shape, w Window) {
	if dst.C != src.C {
		panic("backend: feature maps differ in channels")
	}
	CheckWindow(w, src)
	CheckWindow(Window{x, y, x + w.X1 - w.X0, y + w.Y1 - w.Y0}, dst)
}

// CheckSame checks that feature maps have one shape.
func CheckSame(s Shape, others ...Buffer) {
	for _, b := range others {
		if b.Shape() != s {
			panic("backend: feature maps differ in shape")
		}
	}
}

// CheckDots checks Dots.
func CheckDots(dst []float64, pairs []Pair) {
	if len(dst) != len(pairs) {
		panic("backend: as many products as pairs are needed")
	}
	for _, p := range pairs {
		if p.B != nil && p.A.Len() != p.B.Len() {
			panic("backend: vectors differ in length")
		}
	}
}
