package optim

import (
	"math"

	"trappedinart/engine/backend"
)

// A State is all that an optimiser goes on from. Restored into an optimiser that was
// made alike, it takes the same steps, bit for bit.
type State struct {
	Numbers []float64
	Vectors []backend.Buffer // the optimiser's own, to be read or written before its next step
}

func (a *AdamRun) State() State {
	s := State{[]float64{float64(a.t)}, []backend.Buffer{a.x, a.m, a.v}}
	if a.average != nil {
		s.Vectors = append(s.Vectors, a.average)
	}
	return s
}

func (a *AdamRun) Restore(numbers []float64, vectors int) []backend.Buffer {
	if len(numbers) != 1 || !(numbers[0] >= 0 && numbers[0] < math.MaxInt32) || vectors != len(a.State().Vectors) {
		return nil
	}
	a.t = int(numbers[0])
	return a.State().Vectors
}

const (
	lbfgsNumbers = 6   // of a State before those of the pairs
	mostPairs    = 100 // of a State that is believed
)

// alone are the vectors besides those of pairs.
func (l *LBFGSRun) alone() []backend.Buffer {
	if l.trial == nil {
		return []backend.Buffer{l.x, l.gOld, l.d}
	}
	return []backend.Buffer{l.x, l.gOld, l.d, l.trial}
}

func (l *LBFGSRun) State() State {
	started := 0.0
	if l.started {
		started = 1
	}
	s := State{[]float64{l.loss, l.slope, l.length, float64(l.refused), started, float64(len(l.pairs))}, l.alone()}
	for _, p := range l.pairs {
		s.Numbers = append(s.Numbers, p.sy, p.yy)
		for _, q := range p.later {
			s.Numbers = append(s.Numbers, q.sY, q.yS, q.yY)
		}
		s.Vectors = append(s.Vectors, p.s, p.y)
	}
	return s
}

func (l *LBFGSRun) Restore(numbers []float64, vectors int) []backend.Buffer {
	if len(numbers) < lbfgsNumbers {
		return nil
	}
	for _, v := range numbers {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	alone := len(l.alone())
	// Each pair has two numbers, and three with each pair after it.
	count := numbers[5]
	if !(count >= 0 && count <= mostPairs) || count != math.Trunc(count) || !(numbers[3] >= 0 && numbers[3] < 1000) {
		return nil
	}
	n := int(count)
	if len(numbers) != lbfgsNumbers+n*2+3*n*(n-1)/2 || vectors != alone+2*n {
		return nil
	}
	for i, rest := 0, numbers[lbfgsNumbers:]; i < n; i++ {
		if !(rest[0] > 0 && rest[1] > 0) { // what else is not remembered
			return nil
		}
		rest = rest[2+3*(n-1-i):]
	}
	l.forget()
	l.loss, l.slope, l.length = numbers[0], numbers[1], numbers[2]
	l.refused, l.started = int(numbers[3]), numbers[4] != 0
	rest, to := numbers[lbfgsNumbers:], l.alone()
	for i := range n {
		later := rest[2:][:3*(n-1-i)]
		if i < n-l.opt.History { // it was made with more memory than there is now
			to = append(to, nil, nil)
		} else {
			p := l.room()
			p.sy, p.yy = rest[0], rest[1]
			for ; len(later) > 0; later = later[3:] {
				p.later = append(p.later, products{later[0], later[1], later[2]})
			}
			l.pairs = append(l.pairs, p)
			to = append(to, p.s, p.y)
		}
		rest = rest[2+3*(n-1-i):]
	}
	return to
}
