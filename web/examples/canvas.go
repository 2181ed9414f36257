package main

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"

	"golang.org/x/image/vector"
)

// A colour is red, green and blue, 0 to 1.
type colour [3]float64

func mix(a, b colour, t float64) colour {
	t = min(max(t, 0), 1)
	return colour{a[0] + (b[0]-a[0])*t, a[1] + (b[1]-a[1])*t, a[2] + (b[2]-a[2])*t}
}

// vary returns c a little lighter or darker, and a little off its hue.
func vary(c colour, random *rand.Rand, by float64) colour {
	light := random.NormFloat64() * by
	for i := range c {
		c[i] = min(max(c[i]+light+random.NormFloat64()*by/3, 0), 1)
	}
	return c
}

// A point is a place on a canvas, in pixels.
type point struct{ x, y float64 }

// A canvas is drawn on in units, of which it has w x h, and has k pixels for each of them.
type canvas struct {
	w, h   int
	k      float64
	pw, ph int // pixels
	pix    []colour
}

func newCanvas(w, h int, k float64) *canvas {
	pw, ph := int(float64(w)*k), int(float64(h)*k)
	return &canvas{w, h, k, pw, ph, make([]colour, pw*ph)}
}

// each sets every pixel to the mean of four places in it.
func (c *canvas) each(at func(x, y float64) colour) {
	rows(c.ph, func(y int) {
		for x := range c.pw {
			var sum colour
			for k := range 4 {
				part := at((float64(x)-0.25+0.5*float64(k%2))/c.k, (float64(y)-0.25+0.5*float64(k/2))/c.k)
				for i, v := range part {
					sum[i] += v / 4
				}
			}
			c.pix[y*c.pw+x] = sum
		}
	})
}

// fill paints the polygon in one colour, with smooth edges.
func (c *canvas) fill(poly []point, paint colour, alpha float64) {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range poly {
		x0, x1 = min(x0, p.x*c.k), max(x1, p.x*c.k)
		y0, y1 = min(y0, p.y*c.k), max(y1, p.y*c.k)
	}
	box := image.Rect(int(x0)-1, int(y0)-1, int(x1)+2, int(y1)+2).Intersect(image.Rect(0, 0, c.pw, c.ph))
	if box.Empty() {
		return
	}
	r := vector.NewRasterizer(box.Dx(), box.Dy())
	at := func(p point) (float32, float32) {
		return float32(p.x*c.k - float64(box.Min.X)), float32(p.y*c.k - float64(box.Min.Y))
	}
	r.MoveTo(at(poly[0]))
	for _, p := range poly[1:] {
		r.LineTo(at(p))
	}
	r.ClosePath()
	cover := image.NewAlpha(image.Rect(0, 0, box.Dx(), box.Dy()))
	r.Draw(cover, cover.Bounds(), image.Opaque, image.Point{})
	for y := range box.Dy() {
		for x := range box.Dx() {
			if a := cover.AlphaAt(x, y).A; a > 0 {
				p := &c.pix[(box.Min.Y+y)*c.pw+box.Min.X+x]
				*p = mix(*p, paint, alpha*float64(a)/255)
			}
		}
	}
}

// stroke paints a brush stroke along a line: thick in the middle, thin at the ends.
func (c *canvas) stroke(line []point, thickness float64, paint colour, alpha float64) {
	n := len(line)
	left, right := make([]point, 0, 2*n), make([]point, 0, n)
	for i, p := range line {
		a, b := line[max(i-1, 0)], line[min(i+1, n-1)]
		dx, dy := b.x-a.x, b.y-a.y
		d := math.Hypot(dx, dy) + 1e-9
		half := thickness / 2 * math.Pow(math.Sin(math.Pi*(float64(i)+0.4)/(float64(n)-0.2)), 0.4)
		left = append(left, point{p.x - dy/d*half, p.y + dx/d*half})
		right = append(right, point{p.x + dy/d*half, p.y - dx/d*half})
	}
	for i := n - 1; i >= 0; i-- {
		left = append(left, right[i])
	}
	c.fill(left, paint, alpha)
}

// disc returns a circle as a polygon.
func disc(at point, radius float64) []point {
	poly := make([]point, 48)
	for i := range poly {
		a := 2 * math.Pi * float64(i) / float64(len(poly))
		poly[i] = point{at.x + radius*math.Cos(a), at.y + radius*math.Sin(a)}
	}
	return poly
}

func (c *canvas) image() *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, c.pw, c.ph))
	for i, p := range c.pix {
		b := func(v float64) uint8 { return uint8(255*min(max(v, 0), 1) + 0.5) }
		img.SetNRGBA(i%c.pw, i/c.pw, color.NRGBA{b(p[0]), b(p[1]), b(p[2]), 255})
	}
	return img
}

// A field is smooth noise over the plane, about -1 to 1 (value noise, four octaves).
type field struct{ seed uint64 }

func (f field) at(x, y float64) float64 {
	sum, weight := 0.0, 0.5
	for octave := range 4 {
		sum += weight * f.smooth(x, y, uint64(octave))
		x, y, weight = 2*x+13.7, 2*y+7.1, weight/2
	}
	return sum
}

func (f field) smooth(x, y float64, octave uint64) float64 {
	x0, y0 := math.Floor(x), math.Floor(y)
	s, t := x-x0, y-y0
	s, t = s*s*(3-2*s), t*t*(3-2*t)
	corner := func(i, j float64) float64 {
		z := (f.seed<<8|octave)*0x9E3779B97F4A7C15 + uint64(int64(x0+i))*0xBF58476D1CE4E5B9 + uint64(int64(y0+j))*0x94D049BB133111EB
		z = (z ^ z>>31) * 0xD6E8FEB86659FD93
		return float64((z^z>>32)>>11)/(1<<52) - 1
	}
	top := corner(0, 0)*(1-s) + corner(1, 0)*s
	bottom := corner(0, 1)*(1-s) + corner(1, 1)*s
	return top*(1-t) + bottom*t
}
