package transfer

import (
	"trappedinart/engine/backend"
	"trappedinart/engine/vgg"
)

// A cutter shows a picture to a plan block by block, after Galerne et al., "Scaling
// Painting Style Transfer" (arXiv 2212.13459): first every block goes forward and the
// statistics are summed, then every block goes forward and back with these. Nothing is
// approximated, so there are no seams. A picture of one block is shown as it is.
type cutter struct {
	be backend.Backend
	tiling
	plan *vgg.Plan
	taps map[string]tapped
	part backend.Buffer // what the plan looks at
	now  int            // the block that is shown
	// Maps of the whole picture that losses compare with, and what they see of them.
	maps    []backend.Buffer // the cutter's own
	follows []followed
}

// tapped is a tap of the whole picture.
type tapped struct {
	backend.Shape
	poolings int // before it
}

// followed is a map of the whole picture and the part of it that belongs to the block.
type followed struct {
	whole, part backend.Buffer
	poolings    int
}

// cut plans how pictures of that size are looked at.
func (sc *scene) cut(s size, taps []string, forward bool) (*cutter, error) {
	c := &cutter{be: sc.be, tiling: newTiling(s, taps, 1, 1), taps: map[string]tapped{}}
	if sc.tile != nil {
		c.tiling = sc.tile(s, taps)
	}
	plan := sc.net.Plan
	if forward {
		plan = sc.net.ForwardPlan
	}
	var err error
	if c.plan, err = plan(c.parts.h, c.parts.w, sc.pooling(), taps); err != nil {
		return nil, err
	}
	for tap, shape := range sc.net.Shapes(s.h, s.w, taps) {
		c.taps[tap] = tapped{shape, vgg.Poolings(tap)}
	}
	if len(c.blocks) > 1 {
		c.part = sc.be.New(backend.Shape{C: 3, H: c.parts.h, W: c.parts.w})
	}
	return c, nil
}

// shape returns the shape of a tap's map of the whole picture.
func (c *cutter) shape(tap string) backend.Shape { return c.taps[tap].Shape }

// show brings block i of x before the plan.
func (c *cutter) show(x backend.Buffer, i int) {
	c.now = i
	if len(c.blocks) == 1 {
		c.part = x
		return
	}
	c.cutOut(c.part, x, 0)
	for _, f := range c.follows {
		c.cutOut(f.part, f.whole, f.poolings)
	}
}

// cutOut overwrites part with what belongs to the block of a map behind so many poolings.
func (c *cutter) cutOut(part, whole backend.Buffer, poolings int) {
	at, s := c.blocks[c.now].part, part.Shape()
	x, y := at.X0>>poolings, at.Y0>>poolings
	c.be.Combine(part, 0, part, 0, nil)
	c.be.AddPart(part, 0, 0, whole, backend.Window{X0: x, Y0: y, X1: x + s.W, Y1: y + s.H})
}

// window returns which places of a tap's map count, as the plan shows it now: of the
// block's those in inside, which is a window of the whole picture's map.
func (c *cutter) window(tap string, inside backend.Window) backend.Window {
	t, b := c.taps[tap], c.blocks[c.now]
	end := func(to, whole, places int) int {
		if to == whole { // what pooling leaves out there is in no window
			return places
		}
		return to >> t.poolings
	}
	x, y := b.part.X0>>t.poolings, b.part.Y0>>t.poolings
	var w backend.Window
	w.X0, w.Y0 = max(b.window.X0>>t.poolings, inside.X0)-x, max(b.window.Y0>>t.poolings, inside.Y0)-y
	w.X1 = max(w.X0, min(end(b.window.X1, c.whole.w, t.W), inside.X1)-x)
	w.Y1 = max(w.Y0, min(end(b.window.Y1, c.whole.h, t.H), inside.Y1)-y)
	return w
}

// each goes forward through x and shows at what every block's taps see.
func (c *cutter) each(x backend.Buffer, at func(tap string, f backend.Buffer)) {
	for i := range c.blocks {
		c.show(x, i)
		c.plan.Forward(c.part, at)
	}
}

// gather puts what a tap sees of the block into its map of the whole picture, a new one if
// that is nil, and returns it.
func (c *cutter) gather(whole backend.Buffer, tap string, f backend.Buffer) backend.Buffer {
	if whole == nil {
		whole = c.be.New(c.shape(tap))
		c.maps = append(c.maps, whole)
	}
	t, at, w := c.taps[tap], c.blocks[c.now].part, c.window(tap, c.shape(tap).Whole())
	c.be.AddPart(whole, at.X0>>t.poolings+w.X0, at.Y0>>t.poolings+w.Y0, f, w)
	return whole
}

// follow returns the part of a tap's map of the whole picture that belongs to the block,
// from when the next is shown; nil of nil.
func (c *cutter) follow(whole backend.Buffer, tap string) backend.Buffer {
	if whole == nil || len(c.blocks) == 1 {
		return whole
	}
	for _, f := range c.follows {
		if f.whole == whole {
			return f.part
		}
	}
	s := c.plan.Shape(tap)
	s.C = whole.Shape().C
	f := followed{whole, c.be.New(s), c.taps[tap].poolings}
	c.follows = append(c.follows, f)
	return f.part
}

// release gives all memory back.
func (c *cutter) release() {
	if c == nil {
		return
	}
	c.plan.Release()
	if len(c.blocks) > 1 {
		c.be.Release(c.part)
	}
	for _, m := range c.maps {
		c.be.Release(m)
	}
	for _, f := range c.follows {
		c.be.Release(f.part)
	}
}

// forward gives all terms the statistics of the whole picture.
func (v *view) forward() {
	for i := range v.terms {
		v.terms[i].Reset()
	}
	v.each(v.x, v.look)
	for i := range v.terms {
		v.terms[i].Complete()
	}
}

// backward overwrites dx with the gradient. The last block is still before the plan.
func (v *view) backward() {
	if len(v.blocks) == 1 {
		v.plan.Backward(v.dx, v.back)
		return
	}
	v.be.Combine(v.dx, 0, v.dx, 0, nil)
	for i := len(v.blocks) - 1; i >= 0; i-- {
		if i < len(v.blocks)-1 {
			v.show(v.x, i)
			v.plan.Forward(v.part, unseen)
		}
		v.plan.Backward(v.dpart, v.back)
		at := v.blocks[i].part
		v.be.AddPart(v.dx, at.X0, at.Y0, v.dpart, v.dpart.Shape().Whole())
	}
}

func unseen(string, backend.Buffer) {}
