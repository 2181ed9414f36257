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

// Numbers of a State before those of the pairs.
const lbfgsNumbers = 6

func (l *LBFGSRun) State() State {
	started := 0.0
	if l.started {
		started = 1
	}
	s := State{[]float64{l.loss, l.slope, l.length, float64(l.refused), started, float64(len(l.pairs))}, []backend.Buffer{l.x, l.gOld, l.d}}
	if l.trial != nil {
		s.Vectors = append(s.Vectors, l.trial)
	}
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
	n, alone := numbers[5], 3 // vectors besides those of pairs
	if l.trial != nil {
		alone++
	}
	// Each pair has two numbers, and three with each pair after it.
	if !(n >= 0 && n <= float64(l.opt.History)) || n != math.Trunc(n) || len(numbers) != lbfgsNumbers+int(n)*2+3*int(n)*(int(n)-1)/2 ||
		!(numbers[3] >= 0 && numbers[3] < 1000) || vectors != alone+2*int(n) {
		return nil
	}
	for i, rest := 0, numbers[lbfgsNumbers:]; i < int(n); i++ {
		if !(rest[0] > 0 && rest[1] > 0) { // what else is not remembered
			return nil
		}
		rest = rest[2+3*(int(n)-1-i):]
	}
	l.forget()
	l.loss, l.slope, l.length = numbers[0], numbers[1], numbers[2]
	l.refused, l.started = int(numbers[3]), numbers[4] != 0
	rest := numbers[lbfgsNumbers:]
	for i := range int(n) {
		p := l.nextPair()
		p.sy, p.yy = rest[0], rest[1]
		rest = rest[2:]
		for range int(n) - 1 - i {
			p.later = append(p.later, products{rest[0], rest[1], rest[2]})
			rest = rest[3:]
		}
		l.pairs = append(l.pairs, p)
	}
	return l.State().Vectors
}
