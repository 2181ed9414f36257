package transfer

// The network pads with zeros, which leaves a frame on what is painted. So the picture
// is continued beyond its edges by reflection while it is painted, and cut again
// afterwards. Losses count the picture's places alone; what is beyond is there for their
// features to see.

import "trappedinart/engine/backend"

// A bordered picture's sides are multiples of grid: so poolings to relu5_1 leave no rest
// out, which would be seen less than other places.
const grid = 16

// withBorder returns the size with the border on every side, and with what is missing to
// the grid on the right and below.
func (s size) withBorder(border int) size {
	if border == 0 {
		return s
	}
	return size{(s.w + 2*border + grid - 1) / grid * grid, (s.h + 2*border + grid - 1) / grid * grid}
}

// reach is how many pixels around its own the first layer after so many poolings sees.
var reach = [...]int{1, 5, 12, 36, 84}

// inside returns which places of a feature map are the picture's and not the border's:
// of is the shape that a copy of the bordered picture, reduced k times, has there after so many
// poolings. On smaller copies, and in deep layers, the border is narrower than what a place
// sees: places that would see the network's padding do not count either, but for the inner half of
// the picture. Otherwise they are met by a frame, some 50 pixels wide, that is seen on the full size.
func (s size) inside(border, k, poolings int, of backend.Shape) backend.Window {
	if border == 0 {
		return of.Whole()
	}
	half := 1 << (k + poolings)
	blind := max(0, reach[min(poolings, len(reach)-1)]<<k-border)
	span := func(length, most int) (from, to int) {
		out := min(blind, length/4)
		to = max(1, min((border+length-out+half/2)/half, most))
		return min((border+out+half/2)/half, to-1), to
	}
	var w backend.Window
	w.X0, w.X1 = span(s.w, of.W)
	w.Y0, w.Y1 = span(s.h, of.H)
	return w
}

// borderAt is how wide a border a picture of that size can have: reflection knows no
// more than the picture itself.
func borderAt(s size, border int) int { return min(border, s.w-1, s.h-1) }

// bordered returns planes [h,w], one or several, continued by reflection, in which the
// outermost pixels are not doubled.
func bordered(planes []float32, s size, border int) []float32 {
	if border == 0 {
		return planes
	}
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

// cut returns the planes of size s inside a border, in the memory of those that it is given.
func cut(planes []float32, s size, border int) []float32 {
	if border == 0 {
		return planes
	}
	from := s.withBorder(border)
	out := planes[:0]
	for c := range 3 {
		for y := range s.h {
			out = append(out, planes[(c*from.h+y+border)*from.w+border:][:s.w]...)
		}
	}
	return out
}
