package transfer

import (
	"context"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/optim"
	"trappedinart/engine/vgg"
)

// TestNoAllocations: once everything is there, a step of the optimisation takes no
// memory, whatever the recipe, and in blocks neither.
func TestNoAllocations(t *testing.T) {
	for _, c := range []struct {
		preset  string
		threads int
		tile    func(size, []string) tiling
	}{
		{engine.Painterly, 1, nil}, {engine.Painterly, 2, nil}, {engine.GatysNotebook, 1, nil}, {engine.GatysNotebook, 2, nil},
		{engine.Painterly, 1, even(2, 2)}, {engine.Painterly, 2, even(2, 2)},
	} {
		r, err := engine.Preset(c.preset)
		if err != nil {
			t.Fatal(err)
		}
		r.History, r.Smoothness = 3, 10
		be := cpu.New(c.threads)
		net, err := network(be, vgg.Random("random", []int{8, 8, 16, 16, 16, 16, 16, 16, 24, 24, 24, 24, 24}), &r)
		if err != nil {
			t.Fatal(err)
		}
		s := size{80, 72}
		o, err := newObjective(context.Background(), &scene{
			be: be, net: net, recipe: &r, regions: plain([]float64{1}), of: [][]float32{nil},
			styleFactor: 1, content: newPicture(noise(1, s), s, 0), styles: []picture{newPicture(noise(2, s), s, 0)}, tile: c.tile,
		})
		if err != nil {
			t.Fatal(err)
		}
		x := be.New(backend.Shape{C: 3, H: s.h, W: s.w})
		opt := optim.NewLBFGS(be, o.evaluate, x, optim.LBFGSOptions{History: r.History})
		step := func() {
			if _, err := opt.Step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 * r.History { // until the history is full
			step()
		}
		if n := testing.AllocsPerRun(10, step); n != 0 {
			t.Errorf("%s on %d threads, in %d blocks: a step takes memory %v times", c.preset, c.threads, len(o.views[0].blocks), n)
		}
	}
}
