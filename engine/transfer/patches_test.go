package transfer

import (
	"context"
	"math"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/vgg"
)

// In the metric K of whitening, second moments A are the unit matrix: A K has as trace the
// number of directions, less what leastPower and the photograph take.
func TestWhitening(t *testing.T) {
	be := cpu.New(1)
	const n = 27
	a := make([]float64, n*n)
	for k := range n { // powers from 1 to 2^26, in directions that are no axes
		direction := make([]float64, n)
		for i := range n {
			direction[i] = math.Sqrt(2./(n+1)) * math.Sin(math.Pi*float64((i+1)*(k+1))/(n+1))
		}
		for i := range n {
			for j := range n {
				a[i*n+j] += math.Exp2(float64(k)/2) * direction[i] * direction[j]
			}
		}
	}
	target := be.NewSums(n * n)
	be.WriteSums(target, a)
	metric, err := whitening(context.Background(), be, target, target)
	if err != nil {
		t.Fatal(err)
	}
	k := make([]float64, n*n)
	if err := be.ReadSums(context.Background(), k, metric); err != nil {
		t.Fatal(err)
	}
	trace := 0.
	for i := range n {
		for j := range n {
			trace += a[i*n+j] * k[j*n+i]
		}
	}
	want := 0.
	for i := range n {
		power := math.Exp2(float64(i) / 2)
		want += power / (power + contentPower*power + leastPower)
	}
	if !(math.Abs(trace-want) <= 1e-6*want) {
		t.Errorf("the trace of A K is %v, want %v", trace, want)
	}
}

// A weave along the pixels, which the network does not weigh, goes away by the spectrum.
func TestSpectrumTakesTheWeaveAway(t *testing.T) {
	left := map[float64]float64{}
	for _, weight := range []float64{0, 0.1} {
		r, err := engine.Preset(engine.Painterly)
		if err != nil {
			t.Fatal(err)
		}
		r.Spectrum = weight
		be := cpu.New(1)
		net, err := network(be, vgg.Random("random", []int{4, 4, 6, 6, 8, 8}), &r)
		if err != nil {
			t.Fatal(err)
		}
		s := size{48, 40}
		smooth := make([]float32, 3*s.w*s.h)
		woven := make([]float32, len(smooth))
		for i := range smooth {
			x, y := i%s.w, i/s.w%s.h
			smooth[i] = float32(128 + 60*math.Sin(float64(x)/5+float64(y)/7+float64(i/(s.w*s.h))))
			woven[i] = smooth[i] + 6*float32(1-2*(x&1))*float32(1-2*(y&1))
		}
		o, err := newObjective(context.Background(), &scene{
			be: be, net: net, recipe: &r, regions: plain([]float64{1}), of: [][]float32{nil}, styleFactor: 1,
			content: newPicture(smooth, s, 0), styles: []picture{newPicture(smooth, s, 0)},
		})
		if err != nil {
			t.Fatal(err)
		}
		x := net.Picture(woven, s.h, s.w)
		opt := newOptimizer(&r, &Fit{Pairs: r.History}, be, o, x)
		for range 30 {
			if _, err := opt.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		px := make([]float32, x.Len())
		if err := be.Read(context.Background(), px, opt.Picture()); err != nil {
			t.Fatal(err)
		}
		for i, v := range net.Planes(px) {
			left[weight] += float64(v) * float64(1-2*(i%s.w&1)) * float64(1-2*(i/s.w%s.h&1)) / float64(len(px))
		}
	}
	if without, with := math.Abs(left[0]), math.Abs(left[0.1]); !(with < without/3) {
		t.Errorf("of a weave of 6 grey levels %.3f are left, without the spectrum %.3f", with, without)
	}
}
