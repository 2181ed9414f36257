package main

import (
	"math"
	"math/rand/v2"
)

// mosaic is a sun over the sea, in rings of small stones around it.
func mosaic(c *canvas) {
	random := rand.New(rand.NewPCG(41, 2))
	noise := field{42}
	sun := point{410, 170}
	design := func(p point) colour {
		r := math.Hypot(p.x-sun.x, p.y-sun.y)
		shore := 330 + 16*math.Sin(p.x/52) + 8*math.Sin(p.x/23)
		ray := math.Mod(math.Atan2(p.y-sun.y, p.x-sun.x)+2*math.Pi, math.Pi/9) < math.Pi/18
		switch {
		case r < 34:
			return colour{0.98, 0.90, 0.60}
		case r < 66:
			return colour{0.93, 0.68, 0.20}
		case r < 80:
			return colour{0.72, 0.25, 0.14}
		case p.y > shore:
			band := math.Mod(p.y-shore+10*math.Sin(p.x/40), 44)
			if band < 11 {
				return colour{0.90, 0.91, 0.85}
			}
			return mix(colour{0.12, 0.52, 0.56}, colour{0.05, 0.20, 0.36}, (p.y-shore)/150)
		case r < 150 && ray:
			return colour{0.94, 0.80, 0.50}
		}
		return mix(colour{0.66, 0.80, 0.86}, colour{0.18, 0.38, 0.66}, (r-70)/330+0.25*noise.at(p.x/70, p.y/70))
	}
	c.each(func(x, y float64) colour {
		return mix(colour{0.30, 0.27, 0.25}, colour{0.42, 0.38, 0.34}, 0.5+noise.at(x/4, y/4))
	})
	const stone, joint = 12.5, 1.9
	for r := stone / 2; r < 560; r += stone {
		n := max(3, int(2*math.Pi*r/stone))
		turn := random.Float64()
		for i := range n {
			a := 2 * math.Pi * (float64(i) + turn) / float64(n)
			half := math.Pi/float64(n) - joint/2/r
			paint := vary(design(point{sun.x + r*math.Cos(a), sun.y + r*math.Sin(a)}), random, 0.055)
			corner := func(dr, da float64) point {
				rr, aa := r+dr*(stone-joint)/2+0.5*random.NormFloat64(), a+da*half
				return point{sun.x + rr*math.Cos(aa), sun.y + rr*math.Sin(aa)}
			}
			quad := []point{corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)}
			c.fill(quad, paint, 1)
			c.fill([]point{quad[0], quad[1], mid(quad[1], quad[2], 0.3), mid(quad[0], quad[3], 0.3)}, mix(paint, colour{1, 1, 1}, 0.5), 0.3)
		}
	}
}

func mid(a, b point, t float64) point { return point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }

// marbling is ink on water, dropped, and then combed: each drop pushes what is there
// outwards and each comb draws it along (Jaffer and Lu's mathematical marbling). Every
// place is followed back through all of that to the drop that it came from.
func marbling(c *canvas) {
	random := rand.New(rand.NewPCG(23, 5))
	palette := []colour{{0.10, 0.16, 0.33}, {0.93, 0.87, 0.74}, {0.70, 0.16, 0.18}, {0.13, 0.42, 0.48}, {0.90, 0.62, 0.22}, {0.96, 0.93, 0.88}}
	type drop struct {
		at     point
		radius float64
		paint  colour
	}
	var drops []drop
	for i := range 90 {
		drops = append(drops, drop{point{width * (1.3*random.Float64() - 0.15), height * (1.3*random.Float64() - 0.15)}, 26 + 34*random.Float64(), palette[i%len(palette)]})
	}
	grain := field{24}
	comb := func(along, across, spacing, pull, sharp float64) float64 {
		d := math.Abs(math.Mod(math.Mod(across, spacing)+spacing, spacing) - spacing/2)
		return along - pull*math.Pow(sharp, d)
	}
	c.each(func(x, y float64) colour {
		p := point{x + 3*grain.at(x/60, y/60), y + 3*grain.at(x/60+9, y/60)}
		paper := 0.05 * grain.at(p.x/3, p.y/3)
		p.x += 26 * math.Sin(p.y/46)
		p.y = comb(p.y, p.x, 46, 74, 0.90)
		p.y = comb(p.y, p.x+23, 46, -74, 0.90)
		p.x = comb(p.x, p.y, 92, 120, 0.95)
		p.x = comb(p.x, p.y+46, 92, -120, 0.95)
		for i := len(drops) - 1; i >= 0; i-- {
			dx, dy := p.x-drops[i].at.x, p.y-drops[i].at.y
			d := dx*dx + dy*dy
			r := drops[i].radius * drops[i].radius
			if d < r {
				return mix(drops[i].paint, colour{0.4, 0.35, 0.3}, 0.08+paper)
			}
			k := math.Sqrt(1 - r/d)
			p = point{drops[i].at.x + dx*k, drops[i].at.y + dy*k}
		}
		return mix(palette[0], colour{0.4, 0.35, 0.3}, 0.08+paper)
	})
}

// points is a riverside in dots of pure colour that the eye mixes.
func points(c *canvas) {
	random := rand.New(rand.NewPCG(61, 3))
	noise := field{62}
	design := func(p point) colour {
		bank := 0.66*height + 0.16*p.x - 40*noise.at(p.x/150, 1)
		shore := 0.44 * height
		crown := math.Hypot((p.x-120)/1.25, p.y-110) + 46*noise.at(p.x/40, p.y/40)
		far := math.Hypot((p.x-520)/2.2, p.y-shore+4) + 20*noise.at(p.x/30, p.y/30)
		switch {
		case p.y > bank:
			shade := math.Exp(-math.Pow((p.x-190)/150, 2)-math.Pow((p.y-430)/34, 2)) + 0.4*noise.at(p.x/40, p.y/20)
			return mix(colour{0.72, 0.78, 0.24}, colour{0.12, 0.36, 0.32}, shade)
		case crown < 118:
			return mix(colour{0.10, 0.30, 0.26}, colour{0.55, 0.66, 0.20}, 0.4+0.9*noise.at(p.x/26, p.y/26)-(p.x-120)/-380)
		case math.Abs(p.x-128-6*math.Sin(p.y/40)) < 11 && p.y > 150:
			return colour{0.34, 0.22, 0.34}
		case far < 52 && p.y < shore:
			return mix(colour{0.26, 0.38, 0.60}, colour{0.55, 0.66, 0.50}, 0.5+noise.at(p.x/22, p.y/12))
		case p.y > shore:
			gleam := math.Exp(-math.Pow((p.x-400)/(30+0.5*(p.y-shore)), 2)) + 0.5*noise.at(p.x/50, p.y/5)
			return mix(colour{0.22, 0.46, 0.72}, colour{0.98, 0.80, 0.52}, gleam)
		}
		return mix(colour{0.99, 0.82, 0.56}, colour{0.46, 0.64, 0.86}, 1.15*(shore-p.y)/shore-0.25*noise.at(p.x/80, p.y/30))
	}
	c.each(func(x, y float64) colour { return colour{0.93, 0.90, 0.82} })
	for pass, radius := range []float64{5, 3.9, 3.2} {
		for range 12000 + 9000*pass {
			p := point{(1.02*random.Float64() - 0.01) * width, (1.02*random.Float64() - 0.01) * height}
			paint := design(p)
			mean := (paint[0] + paint[1] + paint[2]) / 3
			for i := range paint { // further from grey, and each dot a little off in its own way
				paint[i] = min(max(mean+1.35*(paint[i]-mean)+0.13*random.NormFloat64(), 0), 1)
			}
			if random.IntN(9) == 0 { // the complement, in a dot here and there
				paint = colour{1 - paint[0]*0.8, 1 - paint[1]*0.8, 1 - paint[2]*0.8}
			}
			c.fill(disc(p, radius*(0.8+0.4*random.Float64())), paint, 0.92)
		}
	}
}
