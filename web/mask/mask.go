// Package mask has what is painted on a photograph: masks, the brush that paints them, and what
// was done to them, for taking it back. It knows no browser.
package mask

import (
	"image"
	"image/color"
	"math"
	"slices"

	"trappedinart/engine"
)

// Side is the longer side of masks in pixels, whatever the photograph's: the engine
// brings them to the size it paints at.
const Side = 1024

// A mask says how much each place of the photograph belongs to something.
type Mask struct {
	w, h  int
	at    []uint8 // [h, w], 0 not at all, 255 wholly
	Saved *File   // of it as it is, or nil
}

// A File is a picture of a mask, with the name that the store has for it.
type File struct {
	ID string
	engine.File
}

func newMask(w, h int) *Mask { return &Mask{w: w, h: h, at: make([]uint8, w*h)} }

// Painted says whether there is anything in it. A layer that was never painted is nil.
func (m *Mask) Painted() bool {
	if m == nil {
		return false
	}
	for _, v := range m.at { // no call for each: the page asks whenever it renders
		if v > 0 {
			return true
		}
	}
	return false
}

// Bounds are the mask's own.
func (m *Mask) Bounds() image.Rectangle { return image.Rect(0, 0, m.w, m.h) }

// cut returns a copy of the rows of a part, one after the other.
func (m *Mask) cut(part image.Rectangle) []uint8 {
	out := make([]uint8, 0, part.Dx()*part.Dy())
	for y := part.Min.Y; y < part.Max.Y; y++ {
		out = append(out, m.at[y*m.w+part.Min.X:y*m.w+part.Max.X]...)
	}
	return out
}

// paste puts back what cut returned.
func (m *Mask) paste(part image.Rectangle, rows []uint8) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		rows = rows[copy(m.at[y*m.w+part.Min.X:y*m.w+part.Max.X], rows):]
	}
	m.Saved = nil
}

// tint adds a part of the mask to a picture of that part, in a colour whose alpha is that
// of where the mask is whole. Where the picture shows another already, the stronger stays.
func (m *Mask) tint(img *image.NRGBA, part image.Rectangle, c color.NRGBA) {
	for i, v := range m.cut(part) {
		if a := uint8(int(v) * int(c.A) / 255); a > img.Pix[4*i+3] {
			copy(img.Pix[4*i:], []uint8{c.R, c.G, c.B, a})
		}
	}
}

// Load takes values [h, w] that were kept, and the file that they are from.
func (m *Mask) Load(values []uint8, from *File) { m.at, m.Saved = values, from }

// Grey returns the mask as a picture, white where it is.
func (m *Mask) Grey() *image.NRGBA {
	img := image.NewNRGBA(m.Bounds())
	for i, v := range m.at {
		copy(img.Pix[4*i:], []uint8{v, v, v, 255})
	}
	return img
}

// Whiteness returns how white pixels are, transparent ones counting as black, as the
// engine reads masks (Rec. 709).
func Whiteness(pix []uint8) []uint8 {
	out := make([]uint8, len(pix)/4)
	for i := range out {
		p := pix[4*i:][:4]
		luma := 0.2126*float64(p[0]) + 0.7152*float64(p[1]) + 0.0722*float64(p[2])
		out[i] = uint8(luma*float64(p[3])/255 + 0.5)
	}
	return out
}

// A brush paints, or takes away.
type Brush struct {
	Radius   float64 // pixels of the mask
	Softness float64 // share of the radius over which it fades, 0 to 1
	Erase    bool
}

// cover is how much a brush of that radius covers what is a distance d from its middle,
// 0 to 1. The hardest edge is a pixel wide.
func (b Brush) cover(d, radius float64) float64 {
	width := max(1, radius*b.Softness)
	t := (max(radius, 0.5) + 0.5*(1-b.Softness) - d) / width
	t = min(1, max(0, t))
	return t * t * (3 - 2*t)
}

// A stroke is one movement of a brush. It covers a place as much as its strongest pass did: a
// soft edge stays soft.
type Stroke struct {
	Brush
	on      *Mask
	before  []uint8 // the mask as it was
	covered []uint8 // the most that each place was covered
	part    image.Rectangle
	x, y, r float64 // where the brush is, and its radius there
}

// Begin sets the brush down. The pressure makes its radius smaller, 0 to 1.
func (m *Mask) Begin(b Brush, x, y, pressure float64) (*Stroke, image.Rectangle) {
	s := &Stroke{Brush: b, on: m, before: slices.Clone(m.at), covered: make([]uint8, len(m.at))}
	s.x, s.y, s.r = x, y, b.pressed(pressure)
	return s, s.To(x, y, pressure)
}

func (b Brush) pressed(pressure float64) float64 { return b.Radius * min(1, max(0.1, pressure)) }

// To moves the brush in a straight line and returns the part that may have changed.
func (s *Stroke) To(x, y, pressure float64) image.Rectangle {
	x0, y0, r0 := s.x, s.y, s.r
	r1 := s.pressed(pressure)
	s.x, s.y, s.r = x, y, r1
	reach := max(r0, r1) + 2
	part := image.Rect(
		int(math.Floor(min(x0, x)-reach)), int(math.Floor(min(y0, y)-reach)),
		int(math.Ceil(max(x0, x)+reach)), int(math.Ceil(max(y0, y)+reach)),
	).Intersect(s.on.Bounds())
	dx, dy := x-x0, y-y0
	length := dx*dx + dy*dy
	for py := part.Min.Y; py < part.Max.Y; py++ {
		for px := part.Min.X; px < part.Max.X; px++ {
			fx, fy := float64(px)+0.5-x0, float64(py)+0.5-y0
			t := 0.0
			if length > 0 {
				t = min(1, max(0, (fx*dx+fy*dy)/length))
			}
			d := math.Hypot(fx-t*dx, fy-t*dy)
			if d > reach {
				continue
			}
			i := py*s.on.w + px
			c := uint8(255*s.cover(d, r0+t*(r1-r0)) + 0.5)
			if c <= s.covered[i] {
				continue
			}
			s.covered[i] = c
			full := 255
			if s.Erase {
				full = 0
			}
			was := int(s.before[i])
			s.on.at[i] = uint8(was + ((full-was)*int(c))/255)
		}
	}
	s.part = s.part.Union(part)
	s.on.Saved = nil
	return part
}

// TakeBack makes the mask what it was before the stroke.
func (s *Stroke) TakeBack() { s.on.paste(s.on.Bounds(), s.before) }
