package transfer

import (
	"fmt"
	"math"
	"slices"

	"trappedinart/engine"
)

const (
	// fewestPairs is what L-BFGS remembers at least, where memory is short.
	fewestPairs = 2
	// worthwhile is how many places an evaluation in blocks may go through for each of the
	// picture, before L-BFGS remembers fewer pairs rather. Blocks without halos take 1.5.
	worthwhile = 1.9
)

// fit returns how size s fits into limit bytes: in the fewest blocks that do; with pairs in half
// precision, and with fewer of them than L-BFGS would remember, where blocks that are worth it do
// not; and in blocks of any size where that does not either. Of what is beyond the limit it
// returns the least.
func (n *Need) fit(s size, limit int64) Fit {
	pairs, whole := n.pairs(s), n.in(s, 0)
	least := whole.with(pairs, false)
	least.Whole = least.Bytes
	if !least.beyond(limit) {
		return least
	}
	try := func(l *load, pairs int, compact bool) bool {
		next := l.with(pairs, compact)
		if next.Whole = least.Whole; next.wide < least.wide || next.wide == least.wide && next.Bytes < least.Bytes {
			least = next
		}
		return !next.beyond(limit)
	}
	at := n.layOut(s)
	sizes, worth := at.parts()
	loads := make([]load, worth)
	for i, most := range sizes[:worth] {
		if loads[i] = n.in(s, most); try(&loads[i], pairs, false) {
			return least
		}
	}
	compact := !n.Plain && n.Recipe.Optimizer != engine.Adam
	if !compact {
		pairs--
	}
	for ; pairs >= fewestPairs; pairs-- {
		for i := range loads {
			if try(&loads[i], pairs, compact) {
				return least
			}
		}
	}
	for _, most := range sizes[worth:] {
		l := n.in(s, most)
		if try(&l, min(n.pairs(s), fewestPairs), compact) {
			return least
		}
	}
	return least
}

// Note says how a fit is painted in blocks, or "" if it is not. Of so many blocks that most of the
// work is their halos, it says how much memory would do with fewer.
func (n *Need) Note(f Fit) string {
	if f.Blocks <= 1 {
		return ""
	}
	note := fmt.Sprintf("The picture is painted in %d blocks, without seams. This needs %s of memory instead of %s, and more time.", f.Blocks, FormatBytes(f.Bytes), FormatBytes(f.Whole))
	s := fitted(n.Content.X, n.Content.Y, n.Recipe.Size)
	if most := n.pairs(s); f.Pairs < most {
		note += fmt.Sprintf(" L-BFGS remembers %d steps instead of %d there, so each step gains less.", f.Pairs, most)
	}
	at := n.layOut(s)
	if sizes, worth := at.parts(); worth > 0 && f.most < sizes[worth-1] {
		l := n.in(s, sizes[worth-1])
		const tenth = 1 << 30 / 10
		enough := (l.with(n.pairs(s), false).Bytes + tenth) / tenth * tenth // as it is written
		if better := n.fit(s, enough); !better.beyond(enough) && better.Blocks < f.Blocks {
			note += fmt.Sprintf(" So many blocks are slow: with %s of memory there would be %d.", FormatBytes(enough), better.Blocks)
		}
	}
	return note
}

// parts returns how many places a part may have at most, from all of the largest picture on,
// and how many of these are worth it.
func (l *laid) parts() (sizes []int, worth int) {
	largest, smallest := 0, math.MaxInt
	for _, p := range l.pictures {
		across, down := sides(p.size, p.taps)
		largest = max(largest, p.w*p.h)
		smallest = min(smallest, across.part(across.most())*down.part(down.most()))
	}
	for most := float64(largest); most > 0.9*float64(smallest); most *= 0.94 {
		sizes = append(sizes, int(most))
		if l.price(int(most)) <= worthwhile*l.price(0) {
			worth = len(sizes)
		}
	}
	return sizes, worth
}

// price is how many places an evaluation goes through, in parts of that many.
func (l *laid) price(most int) float64 {
	places := 0.
	for _, p := range l.pictures {
		if t := tile(p.size, p.taps, most); !p.style {
			places += t.places()
		}
	}
	return places
}

// pairs is how many pairs L-BFGS can come to remember at size s: one less than there are
// evaluations, if that is not more than are asked for.
func (n *Need) pairs(s size) int {
	if n.Recipe.Optimizer == engine.Adam {
		return 0
	}
	i := max(0, slices.Index(pyramid(n.Recipe, n.Content.X, n.Content.Y), s))
	return min(n.Recipe.History, max(1, n.Recipe.IterationsAt(i)-1))
}
