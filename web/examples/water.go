package main

import (
	"math"
	"math/rand/v2"
)

// waves is a colour woodcut of a sea that rises before a mountain.
func waves(c *canvas) {
	random := rand.New(rand.NewPCG(81, 6))
	grain := field{82}
	ink, foam := colour{0.08, 0.13, 0.27}, colour{0.95, 0.92, 0.83}
	c.each(func(x, y float64) colour {
		sky := mix(colour{0.52, 0.62, 0.66}, colour{0.94, 0.88, 0.74}, y/150)
		sky = mix(sky, colour{0.93, 0.74, 0.60}, (y-170)/120)
		if d := math.Hypot(x-170, y-105); d < 46 {
			sky = mix(colour{0.80, 0.26, 0.18}, sky, (d-45)/2)
		}
		top := 128 + 0.85*math.Pow(math.Abs(x-440), 0.93)
		if y > top {
			snow := top + 34 + 12*math.Sin(x/9) + 8*math.Sin(x/4.3)
			sky = mix(foam, mix(colour{0.36, 0.44, 0.56}, colour{0.66, 0.66, 0.62}, (y-160)/130), (y-snow)/1.5+0.5)
			sky = mix(ink, sky, (y-top)/2)
		}
		return mix(sky, colour{0.6, 0.5, 0.4}, 0.10*grain.at(x/60, y/2)+0.05)
	})
	deep := []colour{{0.42, 0.58, 0.66}, {0.30, 0.48, 0.62}, {0.20, 0.38, 0.57}, {0.13, 0.28, 0.48}, {0.09, 0.20, 0.39}, {0.06, 0.15, 0.31}}
	for row, paint := range deep {
		base, size := 262+46*float64(row), 34+13*float64(row)
		length := 150 + 34*float64(row)
		shift := length * (0.37*float64(row) + 0.2)
		crest := func(x float64) point {
			t := math.Mod(math.Mod(x+shift, length)+length, length) / length
			lift := math.Pow(math.Sin(math.Pi*t), 2.6)
			// The upper part leans over to the left, as a wave that breaks.
			return point{x - 0.95*size*lift*lift, base - 1.5*size*lift + 5*math.Sin(x/17)}
		}
		edge := func(drop float64) []point {
			var line []point
			for x := -160.0; x <= width+220; x += 3 {
				p := crest(x)
				line = append(line, point{p.x + 0.4*drop, p.y + drop})
			}
			return line
		}
		body := append(edge(0), point{width + 230, height + 90}, point{-170, height + 90})
		c.fill(body, paint, 1)
		for i, drop := range []float64{7, 15, 25, 38, 54} {
			c.stroke(edge(drop), 3.4-0.4*float64(i), mix(paint, foam, 0.62-0.09*float64(i)), 0.9)
		}
		c.stroke(edge(0), 2.6, ink, 1)
		// Foam: claws along the part of the crest that breaks.
		for x := -160.0; x <= width+220; x += 5 {
			t := math.Mod(math.Mod(x+shift, length)+length, length) / length
			if t < 0.30 || t > 0.74 {
				continue
			}
			p := crest(x)
			for range 2 {
				r := (0.05 + 0.05*random.Float64()) * size
				at := point{p.x + 0.10*size*random.NormFloat64(), p.y + 0.09*size*random.NormFloat64()}
				c.fill(disc(at, r+1.2), ink, 0.9)
				c.fill(disc(at, r), mix(foam, colour{0.75, 0.85, 0.9}, 0.4*random.Float64()), 1)
			}
			if random.IntN(3) == 0 {
				at := point{p.x - size*(0.1+0.4*random.Float64()), p.y + size*(0.5*random.Float64()-0.35)}
				c.fill(disc(at, 1+1.6*random.Float64()), foam, 0.95)
			}
		}
	}
}

// wash is watercolour: many thin layers of colour whose edges run, on paper.
func wash(c *canvas) {
	random := rand.New(rand.NewPCG(91, 8))
	grain := field{92}
	c.each(func(x, y float64) colour {
		tooth := 0.5 + 0.5*grain.at(x/2.2, y/2.2)
		return mix(colour{0.97, 0.95, 0.90}, colour{0.90, 0.87, 0.80}, 0.5*tooth)
	})
	blot := func(at point, radius, flat float64, paint colour, layers int) {
		rough := roughen(random, disc(at, radius), 0.32, 2)
		for i := range rough {
			rough[i].y = at.y + (rough[i].y-at.y)*flat
		}
		for range layers {
			c.fill(roughen(random, rough, 0.20, 3), vary(paint, random, 0.025), 1.25/float64(layers))
		}
		rim := roughen(random, rough, 0.10, 3) // pigment gathers at the edge
		c.stroke(append(rim, rim[0]), 1.6, mix(paint, colour{0, 0, 0}, 0.35), 0.35)
	}
	for range 9 {
		blot(point{width * random.Float64(), 60 + 110*random.Float64()}, 70+50*random.Float64(), 0.55, mix(colour{0.36, 0.58, 0.80}, colour{0.62, 0.56, 0.78}, random.Float64()), 14)
	}
	for i := range 12 {
		blot(point{width * (float64(i) + random.Float64()) / 12, 330 + 130*random.Float64()}, 60+40*random.Float64(), 0.6, mix(colour{0.36, 0.55, 0.28}, colour{0.16, 0.42, 0.44}, random.Float64()), 14)
	}
	for range 34 { // stalks and leaves
		foot := point{width * random.Float64(), height + 10}
		tip := point{foot.x + 70*random.NormFloat64(), 190 + 170*random.Float64()}
		bend := point{(foot.x+tip.x)/2 + 24*random.NormFloat64(), (foot.y + tip.y) / 2}
		var line []point
		for i := range 14 {
			t := float64(i) / 13
			line = append(line, mid(mid(foot, bend, t), mid(bend, tip, t), t))
		}
		c.stroke(line, 4+5*random.Float64(), mix(colour{0.20, 0.40, 0.22}, colour{0.45, 0.56, 0.20}, random.Float64()), 0.55)
	}
	flowers := []colour{{0.86, 0.20, 0.18}, {0.93, 0.44, 0.16}, {0.80, 0.18, 0.42}, {0.95, 0.74, 0.24}, {0.48, 0.26, 0.62}}
	for i := range 22 {
		at := point{width * (float64(i%11) + random.Float64()) / 11, 130 + 230*random.Float64()}
		radius := 16 + 20*random.Float64()
		paint := flowers[random.IntN(len(flowers))]
		for petal := range 5 {
			a := 2*math.Pi*float64(petal)/5 + random.Float64()
			blot(point{at.x + 0.62*radius*math.Cos(a), at.y + 0.5*radius*math.Sin(a)}, 0.72*radius, 0.85, vary(paint, random, 0.05), 6)
		}
		blot(at, 0.26*radius, 1, mix(paint, colour{0.16, 0.08, 0.14}, 0.8), 4)
	}
	for range 260 { // spatter
		c.fill(disc(point{width * random.Float64(), height * random.Float64()}, 0.7+1.6*random.Float64()*random.Float64()), flowers[random.IntN(len(flowers))], 0.5)
	}
}

// roughen puts a point between each two of a polygon, moved at random, and again.
func roughen(random *rand.Rand, poly []point, by float64, times int) []point {
	if len(poly) > 200 {
		times = min(times, 1)
	}
	for range times {
		next := make([]point, 0, 2*len(poly))
		for i, p := range poly {
			q := poly[(i+1)%len(poly)]
			d := by * math.Hypot(q.x-p.x, q.y-p.y)
			next = append(next, p, point{(p.x+q.x)/2 + d*random.NormFloat64()*1.6, (p.y+q.y)/2 + d*random.NormFloat64()*1.6})
		}
		poly = next
	}
	out := make([]point, len(poly))
	for i, p := range poly {
		out[i] = point{p.x + by*6*random.NormFloat64(), p.y + by*6*random.NormFloat64()}
	}
	return out
}

// harbour is the second photograph: boats and a lighthouse in the morning.
func harbour(c *canvas) {
	random := rand.New(rand.NewPCG(17, 4))
	noise := field{18}
	const line = 262.0 // of the water
	sky := func(x, y float64) colour {
		col := mix(colour{0.36, 0.55, 0.80}, colour{0.97, 0.86, 0.76}, math.Pow(max(y, 0)/line, 1.4))
		return mix(col, colour{1, 0.98, 0.95}, 1.5*(noise.at(x/150, y/38)-0.08))
	}
	far := func(x float64) float64 {
		return line - 26 - 26*noise.at(x/130, 2) - 18*math.Exp(-math.Pow((x-90)/120, 2))
	}
	above := func(x, y float64) colour {
		if y > far(x) {
			return mix(colour{0.40, 0.47, 0.55}, colour{0.52, 0.56, 0.48}, 0.5+noise.at(x/20, y/9))
		}
		return sky(x, y)
	}
	c.each(func(x, y float64) colour { return above(x, min(y, line)) })
	box := func(x0, y0, x1, y1 float64, paint colour) {
		c.fill([]point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, paint, 1)
	}
	walls := []colour{{0.93, 0.88, 0.78}, {0.86, 0.55, 0.38}, {0.80, 0.76, 0.62}, {0.62, 0.74, 0.78}, {0.90, 0.72, 0.46}, {0.78, 0.42, 0.36}}
	for x, i := 236.0, 0; x < width-20; i++ {
		w, h := 34+20*random.Float64(), 62+52*random.Float64()
		wall := walls[i%len(walls)]
		box(x, line-h, x+w, line, wall)
		c.fill([]point{{x - 3, line - h}, {x + w/2, line - h - 15 - 8*random.Float64()}, {x + w + 3, line - h}}, vary(colour{0.56, 0.28, 0.22}, random, 0.04), 1)
		for wy := line - h + 10; wy < line-18; wy += 21 {
			for wx := x + 6; wx < x+w-9; wx += 14 {
				box(wx, wy, wx+7, wy+11, mix(colour{0.22, 0.28, 0.36}, colour{0.98, 0.84, 0.52}, float64(random.IntN(2))))
			}
		}
		x += w + 2
	}
	c.fill([]point{{60, line + 2}, {96, line - 16}, {150, line - 18}, {196, line + 2}}, colour{0.32, 0.31, 0.30}, 1)
	for i := range 6 {
		t, u := float64(i)/6, float64(i+1)/6
		band := func(v, side float64) point { return point{122 + side*(15-6*v), line - 16 - 128*v} }
		c.fill([]point{band(t, -1), band(t, 1), band(u, 1), band(u, -1)}, []colour{{0.95, 0.94, 0.91}, {0.78, 0.20, 0.18}}[i%2], 1)
	}
	box(111, line-162, 133, line-144, colour{0.25, 0.27, 0.30})
	box(115, line-159, 129, line-146, colour{1, 0.92, 0.62})
	c.fill([]point{{108, line - 162}, {122, line - 178}, {136, line - 162}}, colour{0.70, 0.18, 0.16}, 1)
	// The water shows what is above it, moved by its ripples.
	shore := append([]colour(nil), c.pix...)
	for y := int(line * c.k); y < c.ph; y++ {
		for x := range c.pw {
			depth := float64(y)/c.k - line
			wave := noise.at(float64(x)/c.k/(14+depth/4), float64(y)/c.k/(2+depth/26))
			sx := min(max(x+int(c.k*(2+depth/9)*wave), 0), c.pw-1)
			sy := min(max(int(c.k*(line-1.25*depth+(2+depth/7)*wave)), 0), int(c.k*line)-1)
			col := mix(shore[sy*c.pw+sx], colour{0.10, 0.26, 0.36}, 0.30+depth/500)
			c.pix[y*c.pw+x] = mix(col, colour{0.96, 0.95, 0.92}, 0.55*(wave-0.34))
		}
	}
	for _, b := range []struct {
		x, y, size float64
		sail, hull colour
	}{{150, 318, 62, colour{0.97, 0.95, 0.90}, colour{0.62, 0.18, 0.16}}, {372, 352, 96, colour{0.94, 0.88, 0.74}, colour{0.14, 0.26, 0.40}}, {545, 308, 50, colour{0.90, 0.60, 0.34}, colour{0.92, 0.91, 0.88}}} {
		boat(c, b.x, b.y, b.size, b.sail, b.hull)
	}
}

func boat(c *canvas, x, y, size float64, sail, hull colour) {
	at := func(u, v float64) point { return point{x + size*u, y - size*v} }
	for i := range 9 { // its reflection, broken by ripples
		t := float64(i) / 9
		c.fill([]point{at(-0.5+0.3*t, -0.06-0.9*t), at(0.4-0.25*t, -0.05-0.9*t), at(0.4-0.28*t, -0.11-0.9*t), at(-0.5+0.33*t, -0.12-0.9*t)}, mix(sail, hull, 0.6*(1-t)), 0.34*(1-t))
	}
	c.fill([]point{at(-0.03, 0.1), at(0, 0.1), at(0, 1.45), at(-0.03, 1.45)}, colour{0.36, 0.26, 0.18}, 1)
	c.fill([]point{at(0.03, 0.2), at(0.03, 1.4), at(0.30, 0.75), at(0.56, 0.22)}, sail, 1)
	c.fill([]point{at(0.03, 0.2), at(0.03, 1.4), at(0.16, 0.72), at(0.2, 0.2)}, mix(sail, colour{0.5, 0.45, 0.5}, 0.3), 0.7)
	c.fill([]point{at(-0.06, 0.22), at(-0.05, 1.25), at(-0.48, 0.2)}, mix(sail, colour{0.6, 0.55, 0.55}, 0.25), 1)
	c.fill([]point{at(-0.62, 0.16), at(0.66, 0.16), at(0.48, -0.06), at(-0.44, -0.06)}, hull, 1)
	c.fill([]point{at(-0.62, 0.16), at(0.66, 0.16), at(0.63, 0.10), at(-0.58, 0.10)}, mix(hull, colour{1, 1, 1}, 0.5), 1)
}
