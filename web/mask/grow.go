package mask

import "trappedinart/engine/segment"

// Seeds returns, at w x h, what is painted in the layer as Inside, and what is in others as
// Outside: also of what is thinner than a place of that size.
func (l *Layers) Seeds(at, w, h int) []uint8 {
	seeds := make([]uint8, w*h)
	mark := func(m *Mask, seed uint8) {
		if m == nil {
			return
		}
		for i, v := range m.at {
			if v > 127 {
				seeds[(i/m.w)*h/m.h*w+(i%m.w)*w/m.w] = seed
			}
		}
	}
	for other := Keep; other < len(l.styles); other++ {
		if other != at {
			mark(l.Peek(other), segment.Outside)
		}
	}
	mark(l.Peek(at), segment.Inside)
	return seeds
}

// Enlarged returns values [h, w] at the size of the mask, between their neighbours linearly,
// and not less than what the mask has.
func (m *Mask) Enlarged(values []uint8, w, h int) []uint8 {
	// along returns the place before, and how far it is to the next.
	along := func(i, n, of int) (at, next int, share float64) {
		f := min(float64(n-1), max(0, (float64(i)+0.5)*float64(n)/float64(of)-0.5))
		at = int(f)
		return at, min(at+1, n-1), f - float64(at)
	}
	out := make([]uint8, len(m.at))
	for y := range m.h {
		y0, y1, down := along(y, h, m.h)
		for x := range m.w {
			x0, x1, right := along(x, w, m.w)
			v := func(y int) float64 {
				return float64(values[y*w+x0])*(1-right) + float64(values[y*w+x1])*right
			}
			i := y*m.w + x
			out[i] = max(m.at[i], uint8(v(y0)*(1-down)+v(y1)*down+0.5))
		}
	}
	return out
}
