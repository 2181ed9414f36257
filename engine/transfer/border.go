package transfer

// The network pads with zeros, which leaves a frame on what is painted. So the picture
// is continued beyond its edges by reflection while it is painted, and cut again
// afterwards.

// withBorder returns the size with the border on every side.
func (s size) withBorder(border int) size { return size{s.w + 2*border, s.h + 2*border} }

// borderAt is how wide a border a picture of that size can have: reflection knows no
// more than the picture itself.
func borderAt(s size, border int) int { return min(border, s.w-1, s.h-1) }

// bordered returns planes [h,w], one or several, continued by reflection, in which the
// outermost pixels are not doubled.
func bordered(planes []float32, s size, border int) []float32 {
	to := s.withBorder(border)
	count := len(planes) / (s.w * s.h)
	out := make([]float32, count*to.w*to.h)
	for c := range count {
		for y := range to.h {
			from := planes[(c*s.h+reflected(y-border, s.h))*s.w:][:s.w]
			row := out[(c*to.h+y)*to.w:][:to.w]
			for x := range row {
				row[x] = from[reflected(x-border, s.w)]
			}
		}
	}
	return out
}

func reflected(i, n int) int {
	if i < 0 {
		return -i
	}
	if i >= n {
		return 2*(n-1) - i
	}
	return i
}

// cut returns the planes of size s inside a border.
func cut(planes []float32, s size, border int) []float32 {
	from := s.withBorder(border)
	out := make([]float32, 0, 3*s.w*s.h)
	for c := range 3 {
		for y := range s.h {
			out = append(out, planes[(c*from.h+y+border)*from.w+border:][:s.w]...)
		}
	}
	return out
}
