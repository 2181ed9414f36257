package transfer

import (
	"context"
	"fmt"
	"math"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/vgg"
)

// uneven cuts a picture into blocks of one size, as far off a regular distance as halos of
// a share of what is needed allow.
func uneven(nx, ny int, share float64) func(size, []string) tiling {
	cuts := func(s side, n int) (from, first []int, part int) {
		n = possible(s, n)
		if n == 1 {
			return []int{0, s.length}, []int{0}, s.length
		}
		s.halo = int(share * float64(s.halo))
		steps := s.steps(n) + 1
		from, first = []int{0}, []int{0}
		for i := 1; i < n; i++ {
			at := s.length/s.step - steps
			if i < n-1 {
				at = i*at/(n-1) - 1
			}
			first = append(first, at*s.step)
			from = append(from, (at+s.halo)*s.step)
		}
		return append(from, s.length), first, steps*s.step + s.length%s.step
	}
	return func(s size, taps []string) tiling {
		across, down := sides(s, taps)
		xs, lefts, w := cuts(across, nx)
		ys, tops, h := cuts(down, ny)
		t := tiling{whole: s, parts: size{w, h}}
		for k, top := range tops {
			for i, left := range lefts {
				t.blocks = append(t.blocks, block{
					window: backend.Window{X0: xs[i], Y0: ys[k], X1: xs[i+1], Y1: ys[k+1]},
					part:   backend.Window{X0: left, Y0: top, X1: left + w, Y1: top + h},
				})
			}
		}
		return t
	}
}

// even cuts a picture as a run does.
func even(nx, ny int) func(size, []string) tiling {
	return func(s size, taps []string) tiling {
		across, down := sides(s, taps)
		return newTiling(s, taps, possible(across, nx), possible(down, ny))
	}
}

// possible is in how many parts, n at the most, a side can be cut that is shorter than
// that of the picture: of a smaller copy, or of a style.
func possible(s side, n int) int {
	for n > 1 && s.steps(n)+n > s.length/s.step {
		n--
	}
	return n
}

// blockCase is a picture that is painted whole and in blocks.
type blockCase struct {
	name           string
	content, style size
	widths         []int
	nx, ny         int
	recipe         func(*engine.Recipe)
	masks          bool
	border         int
}

var blockCases = []blockCase{
	{name: "average", content: size{93, 77}, style: size{90, 81}, widths: []int{4, 5, 6, 5, 7, 6}, nx: 3, ny: 2, recipe: func(r *engine.Recipe) {
		r.Pooling, r.Copies, r.Smoothness = engine.PoolAverage, 2, 10
	}},
	{name: "border, masks", content: size{93, 77}, style: size{90, 81}, widths: []int{4, 5, 6, 5, 7, 6}, nx: 3, ny: 2, masks: true, border: 12, recipe: func(r *engine.Recipe) {
		r.Pooling, r.Copies = engine.PoolAverage, 1
	}},
	{name: "maximum, masks", content: size{102, 81}, style: size{95, 78}, widths: []int{4, 5, 6, 5, 7, 6}, nx: 2, ny: 3, masks: true, recipe: func(r *engine.Recipe) {
		r.Pooling, r.Copies = engine.PoolMax, 1
	}},
	{name: "notebook to relu4_2", content: size{161, 89}, style: size{89, 134}, widths: []int{4, 4, 4, 4, 5, 5, 5, 5, 6, 6}, nx: 3, ny: 1, recipe: func(r *engine.Recipe) {
		r.LossScaling, r.Pooling, r.Rounding, r.Copies = engine.GatysNotebook, engine.PoolMax, engine.RoundUp, 0
		r.ContentLayers = engine.LayerWeights{{Layer: "relu4_2", Weight: 1}, {Layer: "relu1_2", Weight: 0.5}}
		r.StyleLayers = engine.LayerWeights{{Layer: "relu1_1", Weight: 1}, {Layer: "relu4_1", Weight: 1}}
	}},
	{name: "relu5_1", content: size{277, 251}, style: size{261, 240}, widths: []int{2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4}, nx: 2, ny: 2, masks: true, recipe: func(r *engine.Recipe) {
		r.Pooling, r.Copies = engine.PoolAverage, 0
		r.ContentLayers = engine.LayerWeights{{Layer: "relu3_2", Weight: 1}}
		r.StyleLayers = engine.LayerWeights{{Layer: "relu1_1", Weight: 1}, {Layer: "relu5_1", Weight: 1}}
	}},
}

// scene returns the case's scene.
func (c *blockCase) scene(t *testing.T, be backend.Backend) *scene {
	t.Helper()
	r, err := engine.Preset(engine.Painterly)
	if err != nil {
		t.Fatal(err)
	}
	c.recipe(&r)
	w := vgg.Random("random", c.widths)
	for i := range w.Convs {
		for k := range w.Convs[i].Bias {
			w.Convs[i].Bias[k] = float32(k%3) - 0.7
		}
	}
	net, err := network(be, w, &r)
	if err != nil {
		t.Fatal(err)
	}
	sc := &scene{
		be: be, net: net, recipe: &r, regions: plain([]float64{0.7, 0.3}), of: make([][]float32, 2),
		styleFactor: 1, content: newPicture(noise(1, c.content), c.content, c.border),
		styles: []picture{newPicture(noise(2, c.style), c.style, c.border), newPicture(noise(3, size{40, 40}), size{40, 40}, 0)},
	}
	whole, style := sc.content.size, sc.styles[0].size
	if c.masks {
		ramp := func(s size, k float64) []float32 {
			m := make([]float32, s.w*s.h)
			for i := range m {
				m[i] = float32(0.5 + 0.5*math.Sin(k*float64(i%s.w)+float64(i/s.w)/9))
			}
			return m
		}
		sc.regions = []region{
			{mask: ramp(whole, 0.1), styles: []int{0}, shares: []float64{1}, weight: 0.6},
			{mask: ramp(whole, 0.23), styles: []int{1}, shares: []float64{1}, weight: 0.3},
		}
		sc.of[0] = ramp(style, 0.17)
		sc.kept = ramp(whole, 0.05)
	}
	return sc
}

// evaluate returns the loss and gradient at a picture of noise, and in how many blocks. A back end that
// keeps memory computes them twice, as the second time must not depend on the first; ref keeps none.
func (c *blockCase) evaluate(t *testing.T, be backend.Backend, tile func(size, []string) tiling) (float64, []float32, int) {
	t.Helper()
	sc := c.scene(t, be)
	sc.tile = tile
	o, err := newObjective(context.Background(), sc)
	if err != nil {
		t.Fatal(err)
	}
	defer o.release()
	x := sc.load(newPicture(noise(4, sc.content.size), sc.content.size, 0))
	g := be.New(x.Shape())
	var loss float64
	times := 2
	if be.Name() == "ref" {
		times = 1
	}
	for range times {
		if loss, err = o.evaluate(context.Background(), x, g); err != nil {
			t.Fatal(err)
		}
	}
	gradient := make([]float32, g.Len())
	if err := be.Read(context.Background(), gradient, g); err != nil {
		t.Fatal(err)
	}
	return loss, gradient, len(o.views[0].blocks)
}

func apart(a, b []float32) float64 {
	var diff, norm float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		diff, norm = diff+d*d, norm+float64(b[i])*float64(b[i])
	}
	return math.Sqrt(diff / norm)
}

// Blocks give the whole's loss and gradient up to rounding, and with half the halo they do
// not, which shows that the comparison can tell.
func TestBlocksAreTheWhole(t *testing.T) {
	cases := blockCases
	if testing.Short() {
		cases = cases[:3] // natively all are held anyway
	}
	for _, held := range []struct {
		be                   backend.Backend
		tolerance, threshold float64
	}{{ref.New(), 2e-7, 1e-5}, {cpu.New(2), 1e-5, 1e-4}} { // the gradient is read in float32
		for _, c := range cases {
			t.Run(held.be.Name()+"/"+c.name, func(t *testing.T) {
				loss, gradient, _ := c.evaluate(t, held.be, nil)
				for name, tile := range map[string]func(size, []string) tiling{
					"even":   even(c.nx, c.ny),
					"uneven": uneven(c.nx, c.ny, 1),
				} {
					got, gotGradient, blocks := c.evaluate(t, held.be, tile)
					if blocks != c.nx*c.ny {
						t.Fatalf("%s: %d blocks, want %d", name, blocks, c.nx*c.ny)
					}
					if d := math.Abs(got-loss) / loss; !(d <= held.tolerance) {
						t.Errorf("%s: the loss is off by %.3g", name, d)
					}
					if d := apart(gotGradient, gradient); !(d <= held.tolerance) {
						t.Errorf("%s: the gradient is off by %.3g", name, d)
					}
				}
				_, short, _ := c.evaluate(t, held.be, uneven(c.nx, c.ny, 0.5))
				if d := apart(short, gradient); !(d >= held.threshold) {
					t.Errorf("with half the halo the gradient is off by %.3g only: this test sees nothing", d)
				}
			})
		}
	}
}

// Every place of a picture is in one window, every window has its halo, and parts are of
// the size that was asked for.
func TestTile(t *testing.T) {
	taps := []string{"relu1_1", "relu3_2"}
	halo, step := vgg.Halo(taps)
	for _, s := range []size{{1048, 787}, {320, 200}, {64, 2000}, {33, 35}, {1, 1}} {
		last := 0
		for _, most := range []int{0, 1 << 30, s.w * s.h, s.w*s.h - 1, s.w * s.h / 3, s.w * s.h / 9, s.w * s.h / 40, 1} {
			tl := tile(s, taps, most)
			name := fmt.Sprintf("%v in parts of %d: %d of %v", s, most, len(tl.blocks), tl.parts)
			if (most == 0 || most >= s.w*s.h) && len(tl.blocks) != 1 {
				t.Errorf("%s, want the whole", name)
			}
			if len(tl.blocks) < last {
				t.Errorf("%s, and %d of larger parts", name, last)
			}
			last = len(tl.blocks)
			counted := make([]int, s.w*s.h)
			for _, b := range tl.blocks {
				w, p := b.window, b.part
				if (size{p.X1 - p.X0, p.Y1 - p.Y0}) != tl.parts || p.X0%step != 0 || p.Y0%step != 0 || w.X0%step != 0 || w.Y0%step != 0 {
					t.Fatalf("%s: block %+v is off the grid or not of the size", name, b)
				}
				whole := backend.Window{X1: s.w, Y1: s.h}
				short := func(inner, outer, edge int) bool {
					return outer != edge && max(inner-outer, outer/step*step-inner) < halo
				}
				if short(w.X0, p.X0, 0) || short(w.Y0, p.Y0, 0) || short(w.X1, p.X1, whole.X1) || short(w.Y1, p.Y1, whole.Y1) {
					t.Fatalf("%s: block %+v has too small a halo", name, b)
				}
				for y := w.Y0; y < w.Y1; y++ {
					for x := w.X0; x < w.X1; x++ {
						counted[y*s.w+x]++
					}
				}
			}
			for i, n := range counted {
				if n != 1 {
					t.Fatalf("%s: place %d is in %d windows", name, i, n)
				}
			}
		}
	}
	if tl := tile(size{1048, 787}, taps, 300000); tl.parts.w*tl.parts.h > 300000 || len(tl.blocks) != 3 {
		t.Errorf("a picture of 825,000 places is cut into %d parts of %v", len(tl.blocks), tl.parts)
	}
}
