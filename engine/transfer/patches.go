package transfer

import (
	"context"
	"math"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/loss"
	"trappedinart/engine/vgg"
)

// Gram matrices of a network's layers say little of what a painting has little of: their
// squared distance is that of the largest numbers. An optimiser may put there what it likes,
// and does: a coloured weave along the grid of pixels. So the second moments of 3x3
// patches are compared as well, each direction in units of about its own power. Of the picture and its copies
// together they are the spectrum, as Liu, Gousseau and Xia 2016 (arXiv 1605.01141) have it
// by Fourier transforms, but by windows: with masks and blocks like any layer.

// patches says how much the second moments of patches count beside Gram matrices.
func patches(r *engine.Recipe) float64 {
	if r.LossScaling != engine.Calibrated {
		return 0
	}
	return r.Spectrum
}

// styleTerms are the layers where style is compared, patches among them.
func styleTerms(r *engine.Recipe) engine.LayerWeights {
	layers := r.StyleLayers
	if w := patches(r); w > 0 {
		layers = append(engine.LayerWeights{{Layer: vgg.Patches, Weight: w}}, layers...)
	}
	return layers
}

func styleTaps(r *engine.Recipe) []string { return layerNames(styleTerms(r)) }

const (
	// leastPower is what every direction of a patch has at least, in grey levels squared:
	// about what rounding to whole grey levels leaves.
	leastPower = 1
	// contentPower is how much of the photograph's power counts beside the painting's, so that
	// a painting of plain colours does not drive a photograph out that has grain: no
	// direction counts more than 1 / contentPower^2 times what it would with the same power.
	contentPower = 0.3
)

// whitening returns the metric in which directions count alike, given the second moments A
// of the painting's patches and B of the photograph's: (A + contentPower B + leastPower I)^-1.
func whitening(ctx context.Context, be backend.Backend, painting, photograph backend.Sums) (backend.Sums, error) {
	n := int(math.Sqrt(float64(painting.Len())))
	metric := be.NewSums(n * n)
	be.Combine(metric, 1, painting, contentPower, photograph)
	a := make([]float64, n*n)
	if err := be.ReadSums(ctx, a, metric); err != nil {
		return nil, err
	}
	for i := range n {
		a[i*n+i] += leastPower
	}
	invert(a, n)
	be.WriteSums(metric, a)
	return metric, nil
}

// power returns the second moments of the photograph's patches, on a copy reduced k times.
func (sc *scene) power(k int) (backend.Sums, error) {
	x := sc.load(sc.content)
	for range k {
		x = halved(sc.be, x)
	}
	defer sc.be.Release(x)
	s := x.Shape()
	c, err := sc.cut(size{s.W, s.H}, []string{vgg.Patches}, true)
	if err != nil {
		return nil, sc.content.named(err)
	}
	defer c.release()
	shape := c.shape(vgg.Patches)
	inside, sums := sc.content.inside(k, s, shape), sc.be.NewSums(shape.C*shape.C)
	c.each(x, func(tap string, f backend.Buffer) {
		if w := c.window(tap, inside); w.Area() > 0 {
			sc.be.AddGram(sums, f, w, nil)
		}
	})
	return loss.Gram(sc.be, sums, float64(max(1, inside.Area()))), nil
}

// invert overwrites the symmetric, positive definite matrix a [n,n] with its inverse, by
// Gauss and Jordan without exchanges, which such a matrix does not need.
func invert(a []float64, n int) {
	for k := range n {
		pivot := 1 / a[k*n+k]
		a[k*n+k] = 1
		for j := range n {
			a[k*n+j] *= pivot
		}
		for i := range n {
			if i == k {
				continue
			}
			f := a[i*n+k]
			a[i*n+k] = 0
			for j := range n {
				a[i*n+j] -= f * a[k*n+j]
			}
		}
	}
}
