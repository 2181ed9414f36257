package transfer

import (
	"fmt"
	"image"
	"math"
	"slices"
	"sort"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/pixel"
	"trappedinart/engine/vgg"
)

// A Need is what a run's memory follows from, before any of it is taken.
type Need struct {
	Weights *vgg.Weights
	Recipe  *engine.Recipe
	Content image.Point   // width and height of the photograph's file
	Styles  []image.Point // and of the paintings'
	Masks   int           // masks on the photograph, what is kept among them
	// Checkpoints says whether the run goes on from one or is asked for some: they hold the
	// optimiser's vectors.
	Checkpoints bool
	// LargestMap is the most bytes that a feature map may take, or 0 for any: see
	// backend.Limited.
	LargestMap int64
}

// A Fit is how a run fits into memory.
type Fit struct {
	Bytes  int64 // the most that is taken at a time, estimated
	Whole  int64 // what it would be without blocks
	Blocks int   // of the picture at its largest scale

	most int   // places of a block with its halo, or 0 for all
	wide int64 // bytes of the largest feature map
}

// Fit estimates the memory of a run, in as few blocks as fit into budget bytes; 0 is no
// limit. An error says what would do if none fits.
//
// Measured natively with Go 1.27 on two threads, golden_gate.jpg and starry_night.jpg, 15
// iterations at one scale with ten pairs: the peak of a process's resident memory, and
// the estimate, in MB.
//
//	                               whole         in blocks
//	small network, 512 x 384      225   258     172   214   in  8
//	small network, 1024 x 768     722   807     559   643   in  7
//	VGG-19 to relu3_2, 512 x 384  470   493     269   317   in  6
//	VGG-19, 1024 x 768           1469  1580     680   802   in 14
func (n *Need) Fit(budget int64) (Fit, error) {
	w, h := pixel.Fit(n.Content.X, n.Content.Y, n.Recipe.Size)
	f := n.fit(size{w, h}, budget)
	if budget > 0 && f.Bytes > budget {
		return f, engine.Errorf(engine.TooLarge, "The painting takes at least %s of memory, even in blocks, and %s is what it may take; %s.", FormatBytes(f.Bytes), FormatBytes(budget), n.advice(budget))
	}
	return f, nil
}

// FormatBytes writes a size of memory as a person reads it.
func FormatBytes(bytes int64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
}

// advice says what would fit.
func (n *Need) advice(budget int64) string {
	fits := func(change func(*engine.Recipe)) bool {
		r := *n.Recipe
		change(&r)
		m := *n
		m.Recipe = &r
		w, h := pixel.Fit(n.Content.X, n.Content.Y, r.Size)
		return m.fit(size{w, h}, budget).Bytes <= budget
	}
	const fewest = 3
	if n.Recipe.Optimizer != engine.Adam && n.Recipe.History > fewest && fits(func(r *engine.Recipe) { r.History = fewest }) {
		return "let L-BFGS remember fewer pairs (history 3), or choose a smaller size"
	}
	const step, smallest = 32, 2
	steps := sort.Search(n.Recipe.Size/step+1, func(k int) bool { return !fits(func(r *engine.Recipe) { r.Size = step * max(k, smallest) }) }) - 1
	if steps >= smallest {
		return fmt.Sprintf("choose a size of %d pixels at most", step*steps)
	}
	return "choose a network with fewer layers, or give it more memory"
}

// fit returns the fewest blocks at size s that fit into budget bytes, or the least that
// blocks can do.
func (n *Need) fit(s size, budget int64) Fit {
	f := n.in(s, 0)
	f.Whole = f.Bytes
	fits := func(f Fit) bool {
		return (budget <= 0 || f.Bytes <= budget) && (n.LargestMap <= 0 || f.wide <= n.LargestMap)
	}
	if fits(f) {
		return f
	}
	at := n.layOut(s)
	largest, smallest := 0, math.MaxInt
	for _, p := range at.pictures {
		across, down := sides(p.size, p.taps)
		largest = max(largest, p.w*p.h)
		smallest = min(smallest, across.part(across.most())*down.part(down.most()))
	}
	least := f
	for most := float64(largest); most > 0.9*float64(smallest); most *= 0.94 {
		next := n.in(s, int(most))
		next.Whole = f.Whole
		if fits(next) {
			return next
		}
		if next.Bytes < least.Bytes {
			least = next
		}
	}
	return least
}

// A laid is what the network looks at, at one size of the picture.
type laid struct {
	whole    size // with its border
	pictures []looked
}

// A looked is a picture that the network looks at.
type looked struct {
	size
	taps  []string
	style bool // that is only measured, one after the other
	copy  int  // how often it is reduced
}

func (n *Need) layOut(s size) laid {
	r := n.Recipe
	content, style := layerNames(r.ContentLayers), styleTaps(r)
	l := laid{whole: s.withBorder(borderAt(s, r.Border))}
	for k := range 1 + copies(r, l.whole) {
		taps := style
		if k == 0 {
			taps = slices.Concat(content, style)
		}
		l.pictures = append(l.pictures, looked{l.whole.halved(k), taps, false, k})
		for i, p := range n.Styles {
			of := styleSize(r, s, i, p)
			of = of.withBorder(borderAt(of, borderAt(s, r.Border)))
			l.pictures = append(l.pictures, looked{of.halved(k), style, true, k})
		}
	}
	return l
}

// halved is the size after so many reductions.
func (s size) halved(times int) size {
	for range times {
		s = size{(s.w + 1) / 2, (s.h + 1) / 2}
	}
	return s
}

// in estimates the memory at size s with parts of that many places.
//
// The picture has vectors of its size: those of the optimiser, of which L-BFGS keeps two
// for each pair, and the smaller copies. The network has its maps, at the size of a part,
// and what content compares with. Files and planes of pixels are on the host, and so is
// the garbage they leave.
func (n *Need) in(s size, most int) Fit {
	r, l := n.Recipe, n.layOut(s)
	places := float64(l.whole.w * l.whole.h)
	const channels = 4 // of three, a fourth is always 0

	vectors := float64(2*r.History + 7)
	if r.Optimizer == engine.Adam {
		vectors = 9
	}
	planes := 5.25 * channels * places // with the photograph at this size and the one before
	if n.Checkpoints {
		planes += 3 * (vectors + 1) * places
	}
	vectors += 0.5 // for reductions
	if n.Masks > 0 || onlyLuminance(r) {
		vectors += 2
	}
	floats, measuring := 0., 0.
	blocks, wide := 1, int64(0)
	for _, p := range l.pictures {
		t := tile(p.size, p.taps, most)
		wide = max(wide, n.widest(t.parts))
		here := float64(p.w*p.h) / places // as a share
		part := float64(n.Weights.Floats(t.parts.h, t.parts.w, r.Rounding == engine.RoundUp, p.taps, p.style))
		partPlaces := 0. // what blocks have beside maps
		if len(t.blocks) > 1 {
			partPlaces = float64(t.parts.w * t.parts.h)
			part += 2 * channels * partPlaces
		}
		if p.style {
			if p.copy == 0 {
				planes += channels * float64(p.w*p.h)
			}
			measuring = max(measuring, part+1.25*channels*float64(p.w*p.h))
			continue
		}
		if p.copy == 0 {
			blocks = len(t.blocks)
			for _, c := range r.ContentLayers { // maps that stay
				share := math.Pow(0.25, float64(vgg.Poolings(c.Layer)))
				part += share * float64(n.Weights.Width(c.Layer)) * (places + partPlaces)
			}
		} else {
			vectors += 2 * here
		}
		const levels = 4. / 3 // a mask at the sizes of all maps
		if n.Masks > 0 {
			regions := float64(n.Masks + 1) // one is what no mask claims
			part += regions * levels * channels * (places*here + partPlaces)
		}
		floats += part
	}
	for _, c := range n.Weights.Convs {
		floats += 3 * 9 * float64(c.O*c.I)
	}
	floats += max(vectors*channels*places, measuring)
	files := float64(n.Content.X*n.Content.Y) * float64(1+n.Masks)
	for _, p := range n.Styles {
		files += float64(p.X * p.Y)
	}
	for _, p := range append([]image.Point{n.Content}, n.Styles...) {
		if m, ok := middleOf(p); ok {
			files += float64(3 * m.w * m.h)
		}
	}
	const (
		slack   = 1.1 // what lies between maps
		working = 48 << 20
		bytes   = 4 // of a float, and of a file's pixel
	)
	return Fit{Bytes: int64(bytes*(slack*floats+planes+files)) + working, Blocks: blocks, most: most, wide: wide}
}

// widest is how many bytes the largest feature map of a picture of that size takes.
func (n *Need) widest(s size) int64 {
	most, taps := int64(0), n.Weights.Taps()
	for i, c := range n.Weights.Convs {
		half := s.halved(vgg.Poolings(taps[i]))
		most = max(most, int64(half.w)*int64(half.h)*int64(4*((c.O+3)/4*4)))
	}
	return most
}

// need is what the run's memory follows from.
func (j *job) need() *Need {
	n := &Need{Weights: j.weights, Recipe: &j.recipe, Content: j.content.Bounds().Size(), Checkpoints: j.checkpoints}
	if l, ok := j.be.(backend.Limited); ok {
		n.LargestMap = l.LargestMap()
	}
	for _, s := range j.styles {
		n.Styles = append(n.Styles, s.Bounds().Size())
	}
	for _, m := range append([]*image.NRGBA{j.masks.keep}, j.masks.on...) {
		if m != nil {
			n.Masks++
		}
	}
	return n
}

// tiler returns how pictures are cut, or nil if they are not.
func (f *Fit) tiler() func(size, []string) tiling {
	if f.most == 0 {
		return nil
	}
	return func(s size, taps []string) tiling { return tile(s, taps, f.most) }
}
