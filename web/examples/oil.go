package main

import (
	"math"
	"math/rand/v2"
)

// An oil is a canvas with paint that is thick: bristles leave furrows in it, which catch light.
type oil struct {
	*canvas
	high    []float64 // of the paint
	random  *rand.Rand
	bristle field
}

// A coat is strokes of one brush: so wide and long, so many.
type coat struct {
	wide, long float64
	many       int
	rough      float64 // how far they are off the flow, and each other's colour
}

// paint covers a canvas with coats, the broadest first. design is what is painted, and flow the
// direction of a stroke at a place.
func paint(c *canvas, seed uint64, ground colour, coats []coat, design func(p point, random *rand.Rand) colour, flow func(p point) float64) {
	o := &oil{c, make([]float64, len(c.pix)), rand.New(rand.NewPCG(seed, 3)), field{seed + 1}}
	for i := range c.pix {
		c.pix[i] = ground
	}
	for _, k := range coats {
		for range k.many {
			p := point{(1.1*o.random.Float64() - 0.05) * width, (1.1*o.random.Float64() - 0.05) * height}
			tone := vary(design(p, o.random), o.random, 0.05*k.rough)
			line := []point{p}
			turn := 0.25 * k.rough * o.random.NormFloat64()
			const steps = 8
			for range steps {
				a := flow(p) + turn
				p = point{p.x + k.long/steps*math.Cos(a), p.y + k.long/steps*math.Sin(a)}
				line = append(line, p)
			}
			o.dab(line, k.wide*(0.75+0.5*o.random.Float64()), tone)
		}
	}
	o.light()
}

// dab is one stroke along a line.
func (o *oil) dab(line []point, wide float64, tone colour) {
	k := o.k
	half := wide * k / 2
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), 0., 0.
	for _, p := range line {
		x0, x1, y0, y1 = min(x0, p.x*k), max(x1, p.x*k), min(y0, p.y*k), max(y1, p.y*k)
	}
	own, load := 100*o.random.Float64(), 0.75+0.5*o.random.Float64()
	n := float64(len(line) - 1)
	for y := max(int(y0-half), 0); y <= min(int(y1+half), o.ph-1); y++ {
		for x := max(int(x0-half), 0); x <= min(int(x1+half), o.pw-1); x++ {
			u, v, off := along(line, k, float64(x)+0.5, float64(y)+0.5)
			t := u / n
			reach := half * math.Min(1, 2.6*math.Sqrt(t+0.03)) * math.Min(1, 2.2*math.Sqrt(max(1.02-t, 0)))
			if off > reach+1 {
				continue
			}
			hair := o.bristle.smooth(v*0.85/k*1.6+own, u*0.35+own, 1)
			dry := min(max((t-0.62*load)*2.4, 0), 1) // the brush runs out of paint
			alpha := min(max(reach-off+0.5, 0), 1) * min(max(1.15-dry*(1.1+1.5*hair), 0), 1)
			if alpha <= 0 {
				continue
			}
			i := y*o.pw + x
			shade := 0.075 * hair
			o.pix[i] = mix(o.pix[i], colour{tone[0] + shade, tone[1] + shade, tone[2] + shade}, alpha*0.96)
			edge := off / (reach + 0.01)
			o.high[i] += (o.high[i]*0.35 + 0.55*hair + 0.9*edge*edge*edge*(1-dry) + 0.4*(1-t) - o.high[i]) * alpha
		}
	}
}

// along is where a pixel is beside a line: how far along, to which side, and how far off.
func along(line []point, k, x, y float64) (u, v, off float64) {
	off = math.Inf(1)
	for i := 1; i < len(line); i++ {
		ax, ay := line[i-1].x*k, line[i-1].y*k
		bx, by := line[i].x*k-ax, line[i].y*k-ay
		px, py := x-ax, y-ay
		t := min(max((px*bx+py*by)/(bx*bx+by*by+1e-9), 0), 1)
		dx, dy := px-t*bx, py-t*by
		if d := math.Hypot(dx, dy); d < off {
			off, u, v = d, float64(i-1)+t, math.Copysign(d, bx*py-by*px)
		}
	}
	return u, v, off
}

// light has the furrows catch light from above, left.
func (o *oil) light() {
	rows(o.ph, func(y int) {
		for x := range o.pw {
			at := func(i, j int) float64 {
				return o.high[min(max(y+j, 0), o.ph-1)*o.pw+min(max(x+i, 0), o.pw-1)]
			}
			slope := 0.5*(at(1, 0)-at(-1, 0)) + 0.7*(at(0, 1)-at(0, -1))
			p := &o.pix[y*o.pw+x]
			for i := range p {
				p[i] = p[i]*(1+0.34*min(max(slope, -0.9), 0.9)) + 0.16*math.Pow(max(slope-0.25, 0), 2)
			}
		}
	})
}

// around is a flow that circles a place, within a radius, and follows another flow elsewhere.
func around(p, at point, radius, flow float64) float64 {
	dx, dy := p.x-at.x, p.y-at.y
	near := math.Exp(-(dx*dx + dy*dy) / (radius * radius))
	turn := math.Atan2(dy, dx) + math.Pi/2 + 0.3 // strokes are straight, and would leave it
	s, c := math.Sincos(turn)
	s2, c2 := math.Sincos(flow)
	return math.Atan2(near*s+(1-near)*s2, near*c+(1-near)*c2)
}

// night is a sky that swirls around stars and a moon, over hills with lit windows.
func night(c *canvas) {
	tone, bend := field{12}, field{11}
	type star struct {
		at     point
		radius float64
	}
	stars := []star{{point{505, 86}, 74}, {point{72, 74}, 34}, {point{196, 46}, 26}, {point{330, 120}, 58}, {point{410, 40}, 24}, {point{592, 220}, 26}, {point{120, 170}, 24}, {point{250, 196}, 30}}
	hill := func(x float64, k int) float64 {
		return []float64{300, 338, 392}[k] + []float64{38, 26, 20}[k]*bend.at(x/150+float64(5*k), float64(k)) - []float64{50, 0, 0}[k]*math.Exp(-math.Pow((x-470)/120, 2))
	}
	design := func(p point, random *rand.Rand) colour {
		if p.y > hill(p.x, 2) {
			field := 0.5 + 0.6*math.Sin(p.x/23+p.y/9+3*tone.at(p.x/60, p.y/40))
			return mix(colour{0.06, 0.16, 0.17}, colour{0.35, 0.42, 0.20}, field*0.8)
		}
		if p.y > hill(p.x, 1) { // the village
			if math.Mod(p.x, 46) < 12 && math.Mod(p.y, 24) < 9 && p.x > 190 && p.x < 560 {
				return colour{0.98, 0.80, 0.32}
			}
			return mix(colour{0.10, 0.15, 0.30}, colour{0.24, 0.30, 0.42}, 0.5+tone.at(p.x/24, p.y/18))
		}
		if p.y > hill(p.x, 0) {
			return mix(colour{0.10, 0.20, 0.42}, colour{0.22, 0.40, 0.56}, 0.5+0.9*tone.at(p.x/40, p.y/20))
		}
		sky := mix(colour{0.05, 0.09, 0.32}, colour{0.24, 0.46, 0.74}, 0.42+0.85*tone.at(p.x/90, p.y/40)+0.18*random.NormFloat64())
		sky = mix(sky, colour{0.62, 0.78, 0.76}, 1.5*(tone.at(p.x/130+9, p.y/52)-0.16)+0.1*random.NormFloat64())
		for i, s := range stars {
			d := math.Hypot(p.x-s.at.x, p.y-s.at.y) / s.radius
			ring := 0.5 + 0.5*math.Cos(d*9+0.4*random.NormFloat64())
			glow := mix(colour{0.98, 0.86, 0.38}, colour{0.93, 0.93, 0.74}, ring)
			if i == 0 && d < 0.42 {
				glow = colour{0.99, 0.74, 0.20}
			}
			sky = mix(sky, glow, 1.5*math.Exp(-1.6*d*d)-0.1)
		}
		return sky
	}
	flow := func(p point) float64 {
		if p.y > hill(p.x, 0) {
			return 0.5*bend.at(p.x/70, p.y/60) + 0.35*math.Sin(p.x/60) - 0.15
		}
		a := 0.9*math.Sin(p.x/92+1.4*bend.at(p.x/160, p.y/120)) + 1.2*bend.at(p.x/130, p.y/110)
		a = around(p, point{262, 128}, 92, a)
		for _, s := range stars {
			a = around(p, s.at, 1.25*s.radius, a)
		}
		return a
	}
	paint(c, 7, colour{0.10, 0.14, 0.30}, []coat{{17, 62, 1500, 1}, {10, 44, 3600, 1}, {6, 34, 5200, 1.1}, {4, 24, 3600, 1.3}}, design, flow)
}

// meadow is a garden at noon in short thick strokes.
func meadow(c *canvas) {
	tone, bend := field{31}, field{33}
	design := func(p point, random *rand.Rand) colour {
		horizon := 178 + 18*bend.at(p.x/140, 2)
		switch crown := 0.0; {
		case p.y < horizon:
			for _, t := range [][3]float64{{92, 120, 78}, {548, 96, 92}, {470, 142, 52}} {
				d := math.Hypot(p.x-t[0], (p.y-t[1])*1.1) / t[2]
				crown = max(crown, 1-d+0.3*tone.at(p.x/22, p.y/22))
			}
			if crown > 0.05 {
				light := 0.45 + 0.6*tone.at(p.x/30+4, p.y/30) + 0.3*random.NormFloat64()
				return mix(colour{0.07, 0.20, 0.15}, colour{0.62, 0.70, 0.18}, light)
			}
			sky := mix(colour{0.42, 0.66, 0.86}, colour{0.93, 0.93, 0.86}, 0.35+1.3*tone.at(p.x/100, p.y/44)+0.15*random.NormFloat64())
			return mix(sky, colour{0.96, 0.80, 0.70}, (p.y-110)/170)
		default:
			depth := (p.y - horizon) / (height - horizon)
			grass := mix(colour{0.86, 0.76, 0.26}, colour{0.30, 0.50, 0.16}, 0.25+0.7*depth+0.8*tone.at(p.x/70, p.y/26)+0.2*random.NormFloat64())
			if path := math.Abs(p.x - 300 - 120*math.Sin(depth*2.4)); path < 16+62*depth {
				return mix(colour{0.90, 0.74, 0.60}, colour{0.62, 0.56, 0.74}, 0.4+0.9*tone.at(p.x/30, p.y/14)+0.25*random.NormFloat64())
			}
			flowers := tone.at(p.x/46+20, p.y/30)
			if flowers > 0.05 && random.Float64() < 0.30+1.2*flowers {
				return []colour{{0.90, 0.16, 0.12}, {0.94, 0.46, 0.62}, {0.97, 0.94, 0.84}, {0.44, 0.28, 0.66}, {0.98, 0.78, 0.16}}[int(math.Abs(5*tone.at(p.x/120+7, p.y/90)+float64(random.IntN(2))))%5]
			}
			return grass
		}
	}
	flow := func(p point) float64 {
		if p.y < 190 {
			return 0.25 + 1.1*bend.at(p.x/60, p.y/50)
		}
		return -math.Pi/2 + 0.9*bend.at(p.x/70, p.y/50) + 0.4*math.Sin(p.x/50)
	}
	paint(c, 17, colour{0.72, 0.62, 0.42}, []coat{{19, 34, 2200, 1.2}, {12, 24, 5200, 1.4}, {8, 17, 8200, 1.5}, {5, 11, 5200, 1.6}}, design, flow)
}

// dusk is a fjord in long lines that sway.
func dusk(c *canvas) {
	tone, bend := field{41}, field{43}
	sway := func(p point) float64 {
		return p.y + 34*math.Sin(p.x/115+0.9) + 22*bend.at(p.x/120, p.y/150) - 0.1*p.x
	}
	design := func(p point, random *rand.Rand) colour {
		v := sway(p)
		shore := 250 + 26*math.Sin(p.x/70+2) + 18*bend.at(p.x/60, 4)
		switch {
		case p.y < shore-36:
			bands := []colour{{0.80, 0.20, 0.10}, {0.94, 0.46, 0.12}, {0.97, 0.70, 0.26}, {0.88, 0.34, 0.12}, {0.95, 0.82, 0.52}, {0.52, 0.60, 0.66}}
			k := math.Abs(v/27 + 0.5*tone.at(p.x/90, p.y/30) + 0.35*random.NormFloat64())
			return mix(bands[int(k)%len(bands)], bands[(int(k)+1)%len(bands)], k-math.Floor(k))
		case p.y < shore:
			return mix(colour{0.10, 0.14, 0.28}, colour{0.24, 0.34, 0.50}, 0.5+tone.at(p.x/40, p.y/12)+0.2*random.NormFloat64())
		case p.y < shore+96-0.12*p.x:
			water := mix(colour{0.10, 0.24, 0.36}, colour{0.42, 0.56, 0.58}, 0.45+1.1*tone.at(p.x/60, p.y/9)+0.2*random.NormFloat64())
			return mix(water, colour{0.95, 0.62, 0.22}, 1.4*(tone.at(p.x/80+5, p.y/11)-0.2))
		}
		k := 0.5 + 0.5*math.Sin(v/8+2*bend.at(p.x/90, p.y/90)+0.5*random.NormFloat64())
		return mix(colour{0.20, 0.11, 0.10}, colour{0.56, 0.36, 0.16}, k)
	}
	flow := func(p point) float64 {
		const e = 2
		dx := sway(point{p.x + e, p.y}) - sway(point{p.x - e, p.y})
		dy := sway(point{p.x, p.y + e}) - sway(point{p.x, p.y - e})
		a := math.Atan2(-dx, dy)
		return around(p, point{470, 196}, 60, around(p, point{150, 250}, 76, a))
	}
	paint(c, 27, colour{0.55, 0.30, 0.20}, []coat{{14, 120, 1200, 0.7}, {8, 96, 2400, 0.8}, {5, 80, 3000, 0.9}, {3, 60, 2000, 1}}, design, flow)
}
