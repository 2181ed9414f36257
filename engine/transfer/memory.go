package transfer

import (
	"fmt"
	"image"
	"math"
	"slices"
	"sort"

	"trappedinart/engine"
	"trappedinart/engine/backend"
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
	// Plain says that the back end has no vectors in half precision: see backend.Compact.
	Plain bool
}

// A Fit is how a run fits into memory.
type Fit struct {
	Bytes  int64 // the most that is taken at a time, estimated
	Whole  int64 // what it would be without blocks
	Blocks int   // of the picture at its largest scale
	Pairs  int   // that L-BFGS remembers there
	// Compact says whether it does so in half precision.
	Compact bool

	most int   // places of a block with its halo, or 0 for all
	wide int64 // bytes by which the largest feature map is beyond Need.LargestMap, or 0
}

// Fit estimates the memory of a run, in as few blocks as fit into limit bytes; 0 is none. An error says what would do if none fits.
//
// Measured natively with Go 1.27 on two threads, golden_gate.jpg and starry_night.jpg, the
// small network, 12 iterations at one scale (6 at the two larger): the peak of a process's
// resident memory, and the estimate, in MiB.
//
//	             whole          in blocks
//	512 x 384    337   271      208   198   in  6
//	1024 x 768  1007   864      465   459   in 20
//	2048 x 1536                1090  1021   in 36
//	4000 x 3000                3456  3050   in 48, when the photograph was not given up yet
func (n *Need) Fit(limit int64) (Fit, error) {
	f := n.fit(fitted(n.Content.X, n.Content.Y, n.Recipe.Size), limit)
	return f, n.check(f, limit)
}

// check says what would do if a fit is beyond the limit.
func (n *Need) check(f Fit, limit int64) error {
	if !f.beyond(limit) {
		return nil
	}
	if f.wide > 0 {
		return engine.Errorf(engine.TooLarge, "This painting is too large for the GPU, even in blocks. Paint on the processor, or %s.", n.advice(limit))
	}
	return engine.Errorf(engine.TooLarge, "The painting needs at least %s of memory, even in blocks; the limit is %s. To paint it, %s.", FormatBytes(f.Bytes), FormatBytes(limit), n.advice(limit))
}

func (f *Fit) beyond(limit int64) bool { return f.wide > 0 || limit > 0 && f.Bytes > limit }

// FormatBytes writes a size of memory as a person reads it.
func FormatBytes(bytes int64) string {
	if bytes < 1<<30 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%.1f GiB", float64(bytes)/(1<<30))
}

// advice says what would fit.
func (n *Need) advice(limit int64) string {
	fits := func(change func(*engine.Recipe)) bool {
		r := *n.Recipe
		change(&r)
		m := *n
		m.Recipe = &r
		f := m.fit(fitted(n.Content.X, n.Content.Y, r.Size), limit)
		return !f.beyond(limit)
	}
	const step, smallest = 32, 2
	steps := sort.Search(n.Recipe.Size/step+1, func(k int) bool { return !fits(func(r *engine.Recipe) { r.Size = step * max(k, smallest) }) }) - 1
	if steps >= smallest {
		return fmt.Sprintf("choose a size of %d pixels at most", step*steps)
	}
	return "choose a network with fewer layers, or allow more memory"
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

const (
	channels = 4      // of three, a fourth is always 0
	levels   = 4. / 3 // of a mask: it is there at the sizes of all maps
)

// A load is what a picture's memory follows from, in parts of one size, whatever the
// optimiser remembers: all in floats.
type load struct {
	need      *Need
	most      int
	blocks    int
	wide      int64   // see Fit
	places    float64 // of the picture, with its border
	maps      float64 // of the network, with what content compares with
	copies    float64 // the smaller ones
	measuring float64 // styles, before there are vectors
	// On the host, while it is painted and while that is prepared: the photograph, here and
	// at the sizes before, what is read of the picture, and the garbage of both.
	painting, preparing float64
}

// in returns the load at size s with parts of that many places.
//
// The picture has vectors of its size: those of the optimiser, of which L-BFGS keeps two
// for each pair, and the smaller copies. The network has its maps, at the size of a part,
// and what content compares with. Files and planes of pixels are on the host, and so is
// the garbage they leave.
func (n *Need) in(s size, most int) load {
	laid := n.layOut(s)
	places := laid.whole.places()
	l := load{need: n, most: most, blocks: 1, places: places, maps: n.parameters(), painting: 14 * places, preparing: 18 * places}
	if s == fitted(n.Content.X, n.Content.Y, n.Recipe.Size) && n.Masks == 0 && n.Recipe.KeepColours == 0 {
		l.painting = 12 * places // see forget
	}
	for _, p := range laid.pictures {
		t := tile(p.size, p.taps, most)
		part := n.part(p, t)
		l.wide = max(l.wide, n.tooWide(t.parts, p.taps))
		switch {
		case p.style:
			l.measuring = max(l.measuring, part+1.25*channels*p.places())
			if p.copy == 0 {
				l.preparing += channels * p.places()
			}
			continue
		case p.copy == 0:
			l.blocks = len(t.blocks)
			l.measuring = max(l.measuring, 1.25*channels*p.places())
		default:
			l.copies += 2 * channels * p.places()
		}
		l.maps += part
	}
	return l
}

// with estimates the memory of a load with so many pairs, in half precision or not.
func (l *load) with(pairs int, compact bool) Fit {
	const (
		slack   = 1.1 // what lies between maps
		working = 48 << 20
		bytes   = 4 // of a float, and of a file's pixel
	)
	vectors := l.need.vectors(pairs)
	held := vectors
	if compact { // of three numbers of half the length, and room for a pair more
		held += 0.75*float64(pairs+1) - 2*float64(pairs)
	}
	painting := l.painting + held*channels*l.places + l.copies
	if l.need.Checkpoints {
		painting += 3 * (vectors + 1) * l.places
	}
	floats := slack*l.maps + max(painting, slack*l.measuring+l.preparing) + l.need.files()
	return Fit{Bytes: int64(bytes*floats) + working, Blocks: l.blocks, Pairs: pairs, Compact: compact, most: l.most, wide: l.wide}
}

// vectors is how many vectors of the picture's size there are: its own, the gradients', the
// optimiser's, half of one for reductions, and those of a projection.
func (n *Need) vectors(pairs int) float64 {
	vectors := 5.5 + 2*float64(pairs)
	switch n.Recipe.Optimizer {
	case engine.LBFGSTorch:
		vectors++
	case engine.Adam:
		vectors = 8.5
	}
	if n.Masks > 0 || onlyLuminance(n.Recipe) {
		vectors += 2
	}
	if n.LargestMap > 0 && n.Recipe.Optimizer != engine.Adam {
		vectors += 2 // see newOptimizer
	}
	return vectors
}

// limitOf is the most bytes that a feature map may take on a back end, or 0 for any.
func limitOf(be backend.Backend) int64 {
	if l, ok := be.(backend.Limited); ok {
		return l.LargestMap()
	}
	return 0
}

// isPlain says whether a back end has no vectors in half precision.
func isPlain(be backend.Backend) bool {
	_, ok := be.(backend.Compact)
	return !ok
}

// tooWide is by how many bytes the largest feature map is beyond what may be, or 0, for a
// picture of that size that is looked at up to those taps.
func (n *Need) tooWide(s size, taps []string) int64 {
	if n.LargestMap <= 0 {
		return 0
	}
	most := int64(0)
	for _, tap := range append(n.Weights.Taps(), taps...) { // patches are among these alone
		half, width := s.halved(vgg.Poolings(tap)), int64(n.Weights.Width(tap)+3)/4*4
		most = max(most, int64(half.w)*int64(half.h)*4*width)
	}
	return max(0, most-n.LargestMap)
}

// part is how many floats the network takes to look at a picture: its maps, the part that is
// shown and its gradient, the maps that content is compared with, and masks.
func (n *Need) part(p looked, t tiling) float64 {
	floats := float64(n.Weights.Floats(t.parts.h, t.parts.w, n.Recipe.Rounding == engine.RoundUp, p.taps, p.style))
	partPlaces := 0. // what blocks have beside maps
	if len(t.blocks) > 1 {
		partPlaces = t.parts.places()
		floats += 2 * channels * partPlaces
	}
	if p.style {
		return floats
	}
	if p.copy == 0 {
		for _, c := range n.Recipe.ContentLayers { // maps that stay
			share := math.Pow(0.25, float64(vgg.Poolings(c.Layer)))
			floats += share * float64(n.Weights.Width(c.Layer)) * (p.places() + partPlaces)
		}
	}
	if n.Masks > 0 {
		regions := float64(n.Masks + 1) // one is what no mask claims
		floats += regions * levels * channels * (p.places() + partPlaces)
	}
	return floats
}

// parameters is how many floats the network's weights take, made ready for both directions.
func (n *Need) parameters() float64 {
	floats := 0.
	for _, c := range n.Weights.Convs {
		floats += 3 * 9 * float64(c.O*c.I)
	}
	return floats
}

// files is how many pixels and floats the pictures take as they came, with their middles.
func (n *Need) files() float64 {
	files := float64(n.Content.X*n.Content.Y) * float64(1+n.Masks)
	for _, p := range n.Styles {
		files += float64(p.X * p.Y)
	}
	for _, p := range append([]image.Point{n.Content}, n.Styles...) {
		if m, ok := middleOf(p); ok {
			files += 3 * m.places()
		}
	}
	return files
}

// tiler returns how pictures are cut, or nil if they are not.
func (f *Fit) tiler() func(size, []string) tiling {
	if f.most == 0 {
		return nil
	}
	return func(s size, taps []string) tiling { return tile(s, taps, f.most) }
}
