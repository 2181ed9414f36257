package optim

import (
	"context"
	"math"

	"trappedinart/engine/backend"
)

// LBFGSOptions choose between the two ways of taking steps.
type LBFGSOptions struct {
	// History is how many pairs are remembered, from 1.
	History int
	// Torch takes every step as torch.optim.LBFGS does without a line search: of
	// length Rate, but for the first, whose length is Rate*min(1, 1/sum|g|).
	// Otherwise a step that does not lower the loss is taken back and halved, and
	// the first changes pixels by one grey level (root mean square).
	Torch bool
	Rate  float64
	// Along is what the objective reads products by, or nil. It takes room for a pair more,
	// as what it asks for is computed before a step is known to be accepted.
	Along *Along
	// Room returns vectors for pairs, or is nil for the back end's own. Those that it returns may
	// hold less than others: pairs are then what they hold, and have room for one pair more.
	Room func(s backend.Shape) backend.Buffer
}

// apart says whether pairs have vectors of their own, and not those that direction and gradient had.
func (o *LBFGSOptions) apart() bool { return o.Along != nil || o.Room != nil }

// LBFGSRun is L-BFGS (Liu and Nocedal 1989; Nocedal and Wright, Numerical
// Optimization, algorithm 7.4). Directions are computed from the products of all
// vectors involved, so that these can be read together (Chen et al., "Large-scale
// L-BFGS using MapReduce", 2014).
type LBFGSRun struct {
	be  backend.Backend
	f   Objective
	opt LBFGSOptions

	x     backend.Buffer // the accepted picture; of the Torch kind, the one to evaluate
	trial backend.Buffer // x + length*d, to be evaluated; nil for the Torch kind
	g     backend.Buffer // gradient at the picture just evaluated
	gOld  backend.Buffer // gradient at x before
	d     backend.Buffer // direction

	loss    float64 // at x
	slope   float64 // product of gradient and direction at x
	length  float64 // of the step to trial
	started bool
	refused int // steps since the last that was accepted

	pairs []pair
	spare []pair
	later []products // of the pair that d and gOld become, if there is no Along
	next  pair       // that the last step becomes

	// Working memory, so that a step takes none.
	ask  []backend.Pair
	dots []float64
	coefficients
	wanted func() []backend.Pair // the method want, bound once
}

// Coefficients of the remembered vectors in a direction.
type coefficients struct{ cs, cy, alpha []float64 }

// A pair is a step s and what it changed of the gradient, y, with their products
// with the vectors of the pairs after them.
type pair struct {
	s, y   backend.Buffer
	sy, yy float64
	// later[k] are the products with the pair k+1 places later.
	later []products
}

// products of an older pair (s, y) with a newer one (S, Y).
type products struct{ sY, yS, yY float64 }

// NewLBFGS starts L-BFGS from x, which it changes in place.
func NewLBFGS(be backend.Backend, f Objective, x backend.Buffer, opt LBFGSOptions) *LBFGSRun {
	s := x.Shape()
	n := opt.History + 1
	l := &LBFGSRun{
		be: be, f: f, opt: opt, x: x, g: be.New(s), gOld: be.New(s), d: be.New(s),
		pairs: make([]pair, 0, n), spare: make([]pair, 0, n),
		ask: make([]backend.Pair, 0, 5*n), dots: make([]float64, 5*n),
		later:        make([]products, 0, n),
		coefficients: coefficients{make([]float64, n), make([]float64, n), make([]float64, n)},
	}
	l.wanted = l.want
	if opt.apart() {
		l.next = l.room()
	}
	if !opt.Torch {
		l.trial = be.New(s)
		be.Combine(l.trial, 1, x, 0, nil)
	}
	return l
}

func (l *LBFGSRun) Picture() backend.Buffer { return l.x }

func (l *LBFGSRun) Release() {
	for _, b := range []backend.Buffer{l.trial, l.g, l.gOld, l.d} {
		if b != nil {
			l.be.Release(b)
		}
	}
	if l.opt.apart() {
		l.spare = append(l.spare, l.next)
	}
	for _, p := range append(l.pairs, l.spare...) {
		l.be.Release(p.s)
		l.be.Release(p.y)
	}
}

func (l *LBFGSRun) Step(ctx context.Context) (float64, error) {
	at := l.x
	if !l.opt.Torch {
		at = l.trial
	}
	l.opt.Along.expect(l.wanted, l.dots)
	loss, err := l.f(ctx, at, l.g)
	read := l.opt.Along.end()
	if err != nil {
		return 0, err
	}
	if !l.opt.Torch && !l.acceptable(loss) {
		return l.loss, l.shorten(ctx, loss)
	}
	if !l.opt.Torch {
		l.be.Combine(l.x, 1, l.trial, 0, nil)
	}
	l.loss, l.refused = loss, 0
	if err := l.direct(ctx, read); err != nil {
		return 0, err
	}
	l.started = true
	l.be.Combine(l.gOld, 1, l.g, 0, nil)
	l.move()
	return loss, nil
}

// acceptable is the condition of sufficient decrease (Nocedal and Wright, eq. 3.4),
// with room for the rounding of the loss. It is false for NaN.
func (l *LBFGSRun) acceptable(loss float64) bool {
	return !l.started || loss <= l.loss+1e-4*l.length*l.slope+1e-7*math.Abs(l.loss)
}

// shorten takes back a step that led to the given loss: the next is as long as the
// parabola through both losses and the slope says, but no less than a tenth and no
// more than a half of it (Nocedal and Wright, eq. 3.58). After some refusals it
// forgets the pairs and starts again along the gradient.
func (l *LBFGSRun) shorten(ctx context.Context, loss float64) error {
	const patience = 4
	l.refused++
	best := -l.slope * l.length / (2 * (loss - l.loss - l.slope*l.length))
	if !(best >= 0.1) { // NaN as well
		best = 0.1
	}
	l.length *= math.Min(best, 0.5)
	if l.refused >= patience && len(l.pairs) > 0 {
		square, err := l.square(ctx, l.gOld)
		if err != nil {
			return err
		}
		l.descend(l.gOld, square)
		l.length /= 4
		l.refused = 0
	}
	l.move()
	return nil
}

// descend forgets the pairs and sets out along the gradient g of that square norm,
// by as much as changes pixels by one grey level, root mean square.
func (l *LBFGSRun) descend(g backend.Buffer, square float64) {
	l.forget()
	l.be.Combine(l.d, -1, g, 0, nil)
	l.slope, l.length = -square, 0
	if square > 0 {
		l.length = math.Sqrt(float64(l.x.Len()) / square)
	}
}

func (l *LBFGSRun) forget() {
	l.spare = append(l.spare, l.pairs...)
	l.pairs = l.pairs[:0]
}

// square returns the product of v with itself.
func (l *LBFGSRun) square(ctx context.Context, v backend.Buffer) (float64, error) {
	l.ask = append(l.ask[:0], backend.Pair{A: v, B: v})
	err := l.be.Dots(ctx, l.dots[:1], l.ask)
	return l.dots[0], err
}

// move goes from x along the direction.
func (l *LBFGSRun) move() {
	to := l.x
	if !l.opt.Torch {
		to = l.trial
	}
	l.be.Combine(to, 1, l.x, l.length, l.d)
}

// direct computes direction, slope and step length from the gradient at x, and
// remembers the step that led there. read says whether l.dots has what it wants already.
func (l *LBFGSRun) direct(ctx context.Context, read bool) error {
	if !read {
		if err := l.be.Dots(ctx, l.dots[:len(l.want())], l.ask); err != nil {
			l.forget() // and go on from the picture alone, should there be another step
			l.started = false
			return err
		}
	}
	if !l.started {
		l.descend(l.g, l.dots[0])
		if l.opt.Torch {
			sum, err := l.absoluteSum(ctx)
			if err != nil {
				return err
			}
			l.length = math.Min(1, 1/sum) * l.opt.Rate
		}
		return nil
	}
	dots := l.remember()
	l.length = 1
	if l.opt.Torch {
		l.length = l.opt.Rate
	}
	l.combine(dots)
	return nil
}

func (l *LBFGSRun) absoluteSum(ctx context.Context) (float64, error) {
	g := make([]float32, l.g.Len())
	if err := l.be.Read(ctx, g, l.g); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, v := range g {
		sum += math.Abs(float64(v))
	}
	return sum, nil
}

// want returns the products that direct wants: of the gradient with itself and, once there
// was a step, of the pair that this becomes with all that is remembered. The pair lies where
// direction and gradient before it were, which are not needed any more; these get the oldest
// pair's room, so that no more than History pairs are ever there. Where there is an Along
// they are needed, if the step is refused, and the pair has room of its own, as where there is a
// Room.
func (l *LBFGSRun) want() []backend.Pair {
	if !l.started {
		l.ask = append(l.ask[:0], backend.Pair{A: l.g, B: l.g})
		return l.ask
	}
	if !l.opt.apart() {
		l.next = pair{s: l.d, y: l.gOld, later: l.later[:0]}
	}
	next := l.next
	l.be.Combine(next.s, l.length, l.d, 0, nil)
	l.be.Combine(next.y, 1, l.g, -1, l.gOld)

	ask := append(l.ask[:0], backend.Pair{A: next.s, B: next.y}, backend.Pair{A: next.y, B: next.y})
	for _, p := range l.pairs {
		ask = append(ask, backend.Pair{A: p.s, B: next.y}, backend.Pair{A: p.y, B: next.s}, backend.Pair{A: p.y, B: next.y})
	}
	ask = append(ask, backend.Pair{A: l.g, B: l.g})
	for _, p := range l.pairs {
		ask = append(ask, backend.Pair{A: p.s, B: l.g}, backend.Pair{A: p.y, B: l.g})
	}
	l.ask = append(ask, backend.Pair{A: next.s, B: l.g}, backend.Pair{A: next.y, B: l.g})
	return l.ask
}

// remember makes a pair of the last step, by the products that were wanted, and returns
// those of the gradient with itself and then with every pair's s and y.
func (l *LBFGSRun) remember() []float64 {
	next, dots, mark := l.next, l.dots[:len(l.ask)], 2+3*len(l.pairs)
	next.sy, next.yy = dots[0], dots[1]
	withGradient := dots[mark:]
	if !(next.sy > 1e-10) && l.opt.Torch || !(next.sy > 1e-12*next.yy) {
		return withGradient[:len(withGradient)-2] // no positive curvature: nothing to learn
	}
	for i := range l.pairs {
		d := dots[2+3*i:]
		l.pairs[i].later = append(l.pairs[i].later, products{d[0], d[1], d[2]})
	}
	var room pair
	if len(l.pairs) == l.opt.History {
		room = l.pairs[0]
		l.pairs = append(l.pairs[:0], l.pairs[1:]...)
		withGradient = append(withGradient[:1], withGradient[3:]...)
	} else {
		room = l.room()
	}
	l.pairs = append(l.pairs, next)
	if l.opt.apart() {
		room.later = room.later[:0]
		l.next = room
	} else {
		l.d, l.gOld, l.later = room.s, room.y, room.later
	}
	return withGradient
}

// room returns a pair to be overwritten.
func (l *LBFGSRun) room() pair {
	if n := len(l.spare); n > 0 {
		p := l.spare[n-1]
		l.spare = l.spare[:n-1]
		p.later = p.later[:0]
		return p
	}
	vector := l.be.New
	if l.opt.Room != nil {
		vector = l.opt.Room
	}
	return pair{s: vector(l.x.Shape()), y: vector(l.x.Shape()), later: make([]products, 0, l.opt.History)}
}

// combine sets the direction to -H*g by the two-loop recursion (Nocedal and Wright,
// algorithm 7.4), carried out on the coefficients of g, s and y. dots are the
// products of g with itself and with every s and y.
func (l *LBFGSRun) combine(dots []float64) {
	n := len(l.pairs)
	// The vector q, later r, is cg*g + sum_i cs[i]*s[i] + cy[i]*y[i].
	cg, cs, cy, alpha := 1.0, l.cs[:n], l.cy[:n], l.alpha[:n]
	clear(cs)
	clear(cy)
	for i := n - 1; i >= 0; i-- {
		sq := dots[1+2*i] // s[i]*g; q has no s yet, and y only of newer pairs
		for j := i + 1; j < n; j++ {
			sq += cy[j] * l.pairs[i].later[j-i-1].sY
		}
		alpha[i] = sq / l.pairs[i].sy
		cy[i] = -alpha[i]
	}
	if n > 0 {
		gamma := l.pairs[n-1].sy / l.pairs[n-1].yy // eq. 7.20
		cg *= gamma
		for i := range cy {
			cy[i] *= gamma
		}
	}
	for i := range n {
		yr := cg * dots[2+2*i]
		for j := range n {
			switch {
			case j < i:
				p := l.pairs[j].later[i-j-1]
				yr += cs[j]*p.sY + cy[j]*p.yY
			case j == i:
				yr += cs[j]*l.pairs[i].sy + cy[j]*l.pairs[i].yy
			default:
				p := l.pairs[i].later[j-i-1]
				yr += cs[j]*p.yS + cy[j]*p.yY
			}
		}
		cs[i] += alpha[i] - yr/l.pairs[i].sy
	}
	l.be.Combine(l.d, -cg, l.g, 0, nil)
	l.slope = -cg * dots[0]
	for i, p := range l.pairs {
		l.be.Combine(l.d, 1, l.d, -cs[i], p.s)
		l.be.Combine(l.d, 1, l.d, -cy[i], p.y)
		l.slope -= cs[i]*dots[1+2*i] + cy[i]*dots[2+2*i]
	}
	if !(l.slope < 0) && !l.opt.Torch { // rounding has spoilt the pairs
		l.descend(l.g, dots[0])
	}
}
