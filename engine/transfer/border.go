package transfer

// The network pads with zeros, which leaves a frame on what is painted. So the picture
// is continued beyond its edges by reflection while it is painted, and cut again
// afterwards.

// A bordered picture's sides are multiples of grid: so poolings to relu5_1 leave no rest
// out, which would be seen less than other places.
const grid = 16

// withBorder returns the size with the border on every side, or half a grid more.
func (s size) withBorder(border int) size {
	if border == 0 {
		return s
	}
	return size{(s.w + 2*border + grid - 1) / grid * grid, (s.h + 2*border + grid - 1) / grid * grid}
}

// borderAt is how wide a border a picture of that size can have: reflection knows no
// more than the picture itself.
func borderAt(s size, border int) int { return min(border, s.w-1, s.h-1) }

// bordered returns planes [h,w], one or several, continued by reflection, in which the
// outermost pixels are not doubled.
func bordered(planes []float32, s size, border int) []float32 {
	to := s.withBorder(border)
	left, top := (to.w-s.w)/2, (to.h-s.h)/2
	count := len(planes) / (s.w * s.h)
	out := make([]float32, count*to.w*to.h)
	for c := range count {
		for y := range to.h {
			from := planes[(c*s.h+reflected(y-top, s.h))*s.w:][:s.w]
			row := out[(c*to.h+y)*to.w:][:to.w]
			for x := range row {
				row[x] = from[reflected(x-left, s.w)]
			}
		}
	}
	return out
}

// reflected returns which of n pixels is seen at i, mirrored as often as is needed.
func reflected(i, n int) int {
	for i < 0 || i >= n {
		if i < 0 {
			i = -i
		}
		if i >= n {
			i = 2*(n-1) - i
		}
	}
	return i
}

// cut returns the planes of size s inside a border.
func cut(planes []float32, s size, border int) []float32 {
	from := s.withBorder(border)
	left, top := (from.w-s.w)/2, (from.h-s.h)/2
	out := make([]float32, 0, 3*s.w*s.h)
	for c := range 3 {
		for y := range s.h {
			out = append(out, planes[(c*from.h+y+top)*from.w+left:][:s.w]...)
		}
	}
	return out
}
