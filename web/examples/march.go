package main

import (
	"math"
	"runtime"
	"sync"
)

// The examples that look like photographs are rendered: rays are marched through distances to
// things (J. C. Hart, "Sphere tracing", 1996), and lit by a window, a sky and what a surface
// reflects of both.

type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec           { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) sub(b vec) vec           { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) times(k float64) vec     { return vec{a.x * k, a.y * k, a.z * k} }
func (a vec) dot(b vec) float64       { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vec) size() float64           { return math.Sqrt(a.dot(a)) }
func (a vec) unit() vec               { return a.times(1 / (a.size() + 1e-12)) }
func (a vec) cross(b vec) vec         { return vec{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x} }
func (a vec) reflected(at vec) vec    { return a.sub(at.times(2 * a.dot(at))) }
func (c colour) lit(by colour) colour { return colour{c[0] * by[0], c[1] * by[1], c[2] * by[2]} }
func (c colour) plus(d colour, k float64) colour {
	return colour{c[0] + k*d[0], c[1] + k*d[1], c[2] + k*d[2]}
}

// A thing is a surface: how far a place is from it, and what it looks like there.
type thing struct {
	middle vec     // of a sphere around it
	reach  float64 // that sphere's radius, or 0 for an endless thing
	far    func(p vec) float64
	look   func(p, normal vec) look
}

// A look is what a place reflects.
type look struct {
	paint         colour
	gloss, mirror float64 // of highlights, and of the surroundings
	through       float64 // light that shines through thin or soft things
}

// A scene is things, light, and an eye.
type scene struct {
	things   []thing
	eye, at  vec
	zoom     float64
	light    vec // towards it
	warm     colour
	cool     colour
	around   func(dir vec) colour // what reflects
	backdrop func(x, y float64) colour
	depth    float64 // of what is seen
}

// nearest is the distance to the nearest thing, and its number.
func (s *scene) nearest(p vec) (float64, int) {
	best, which := math.Inf(1), -1
	for i := range s.things {
		t := &s.things[i]
		if t.reach > 0 {
			if bound := p.sub(t.middle).size() - t.reach; bound > 0.25 {
				if bound < best {
					best, which = bound, i
				}
				continue
			}
		}
		if d := t.far(p); d < best {
			best, which = d, i
		}
	}
	return best, which
}

// hit follows a ray to the thing that it meets.
func (s *scene) hit(from, dir vec) (p vec, which int) {
	for far, step := 0.02, 0; step < 160 && far < s.depth; step++ {
		p = from.add(dir.times(far))
		d, i := s.nearest(p)
		if d < 0.0008*far {
			return p, i
		}
		far += 0.8 * d
	}
	return p, -1
}

func (s *scene) normal(p vec, i int) vec {
	const e = 0.0015
	far := s.things[i].far
	return vec{
		far(p.add(vec{x: e})) - far(p.sub(vec{x: e})),
		far(p.add(vec{y: e})) - far(p.sub(vec{y: e})),
		far(p.add(vec{z: e})) - far(p.sub(vec{z: e})),
	}.unit()
}

// shade is how much of the light comes to a place, with soft edges, as a window is wide.
func (s *scene) shade(p vec) float64 {
	open := 1.0
	for far, step := 0.03, 0; step < 48 && far < 9; step++ {
		d, _ := s.nearest(p.add(s.light.times(far)))
		open = min(open, 0.5+5.5*d/far)
		if open < 0 {
			return 0
		}
		far += min(max(d, 0.03), 0.4)
	}
	return open * open * (3 - 2*open)
}

// nook is how open a place is to all sides.
func (s *scene) nook(p, normal vec) float64 {
	shut, weight := 0.0, 1.0
	for i := range 5 {
		h := 0.03 + 0.11*float64(i)
		d, _ := s.nearest(p.add(normal.times(h)))
		shut += (h - d) * weight
		weight *= 0.8
	}
	return min(max(1-1.1*shut, 0), 1)
}

// colourAt is what is seen in a direction.
func (s *scene) colourAt(dir vec, x, y float64) colour {
	p, i := s.hit(s.eye, dir)
	if i < 0 {
		return s.backdrop(x, y)
	}
	n := s.normal(p, i)
	k := s.things[i].look(p, n)
	from := p.add(n.times(0.004))
	direct := max(n.dot(s.light), 0)
	if direct > 0 {
		direct *= s.shade(from)
	}
	open := s.nook(from, n)
	lit := colour{}.plus(s.warm, direct+k.through*(0.35+0.65*max(0, -n.dot(s.light)*0.6+0.4))).plus(s.cool, open*(0.55+0.45*n.y))
	out := k.paint.lit(lit)
	half := s.light.sub(dir).unit()
	if k.gloss > 0 && direct > 0 {
		out = out.plus(s.warm, k.gloss*math.Pow(max(n.dot(half), 0), 24+220*k.gloss)*direct*1.3)
	}
	if k.mirror > 0 {
		fresnel := k.mirror + (1-k.mirror)*math.Pow(1-max(-dir.dot(n), 0), 5)*min(1, 6*k.mirror)
		out = out.plus(s.around(dir.reflected(n)), fresnel*(0.35+0.65*open))
	}
	return out
}

// render draws the scene. Edges, where neighbours differ, are looked at four times.
func (s *scene) render(c *canvas) {
	ahead := s.at.sub(s.eye).unit()
	right := ahead.cross(vec{y: 1}).unit()
	up := right.cross(ahead)
	w, h := float64(c.pw), float64(c.ph)
	see := func(x, y float64) colour {
		u, v := (x-w/2)/h, (h/2-y)/h
		return film(s.colourAt(ahead.times(s.zoom).add(right.times(u)).add(up.times(v)).unit(), x/w, y/h))
	}
	rows(c.ph, func(y int) {
		for x := range c.pw {
			c.pix[y*c.pw+x] = see(float64(x)+0.5, float64(y)+0.5)
		}
	})
	once := append([]colour(nil), c.pix...)
	rows(c.ph, func(y int) {
		for x := range c.pw {
			if !edge(once, c.pw, c.ph, x, y) {
				continue
			}
			var sum colour
			for k := range 4 {
				sum = sum.plus(see(float64(x)+0.25+0.5*float64(k%2), float64(y)+0.25+0.5*float64(k/2)), 1./4)
			}
			c.pix[y*c.pw+x] = sum
		}
	})
	lens(c)
}

// edge says whether a pixel differs from one beside it.
func edge(pix []colour, w, h, x, y int) bool {
	a := pix[y*w+x]
	for _, to := range [][2]int{{1, 0}, {0, 1}, {-1, 0}, {0, -1}} {
		i, j := min(max(x+to[0], 0), w-1), min(max(y+to[1], 0), h-1)
		b := pix[j*w+i]
		if math.Abs(a[0]-b[0])+math.Abs(a[1]-b[1])+math.Abs(a[2]-b[2]) > 0.2 {
			return true
		}
	}
	return false
}

// film brings light to what a picture shows: bright parts are compressed (J. Hable's curve in
// K. Narkowicz' approximation), and the result is encoded.
func film(c colour) colour {
	for i, v := range c {
		v = max(v, 0) * 0.95
		v = v * (2.51*v + 0.03) / (v*(2.43*v+0.59) + 0.14)
		c[i] = math.Pow(min(max(v, 0), 1), 1/2.2)
	}
	return c
}

// lens darkens corners and leaves a little grain.
func lens(c *canvas) {
	grain := field{5}
	rows(c.ph, func(y int) {
		for x := range c.pw {
			u, v := float64(x)/float64(c.pw)-0.5, float64(y)/float64(c.ph)-0.5
			dark := 1 - 0.42*(u*u+v*v)
			noise := 0.012 * grain.smooth(float64(x)*0.9, float64(y)*0.9, 3)
			p := &c.pix[y*c.pw+x]
			for i := range p {
				p[i] = p[i]*dark + noise
			}
		}
	})
}

// rows does what is to be done for each row, on all processors.
func rows(n int, do func(y int)) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for k := range workers {
		wg.Go(func() {
			for y := k; y < n; y += workers {
				do(y)
			}
		})
	}
	wg.Wait()
}

// Shapes.

func ball(p, at vec, r float64) float64 { return p.sub(at).size() - r }

// egg is a ball with three radii, nearly.
func egg(p, at, r vec) float64 {
	q := p.sub(at)
	k0 := vec{q.x / r.x, q.y / r.y, q.z / r.z}.size()
	k1 := vec{q.x / (r.x * r.x), q.y / (r.y * r.y), q.z / (r.z * r.z)}.size()
	return k0 * (k0 - 1) / (k1 + 1e-9)
}

func capsule(p, a, b vec, r float64) float64 {
	pa, ba := p.sub(a), b.sub(a)
	t := min(max(pa.dot(ba)/ba.dot(ba), 0), 1)
	return pa.sub(ba.times(t)).size() - r
}

// union blends two shapes over k.
func union(a, b, k float64) float64 {
	h := max(k-math.Abs(a-b), 0) / k
	return min(a, b) - h*h*k/4
}

// turned is a shape on a lathe: radius gives its half width at a height between low and high.
func turned(p, foot vec, low, high float64, radius func(y float64) float64) float64 {
	q := p.sub(foot)
	d := math.Hypot(q.x, q.z) - radius(min(max(q.y, low), high))
	return max(0.7*d, max(low-q.y, q.y-high))
}

// curve goes smoothly through heights and widths.
func curve(points ...[2]float64) func(y float64) float64 {
	return func(y float64) float64 {
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			if y <= b[0] || i == len(points)-1 {
				t := min(max((y-a[0])/(b[0]-a[0]), 0), 1)
				t = t * t * (3 - 2*t)
				return a[1] + (b[1]-a[1])*t
			}
		}
		return 0
	}
}
