package main

import (
	"math"
	"math/rand/v2"
)

// valley is the photograph: hills, a lake, a house and trees under an evening sky.
func valley(c *canvas) {
	noise := field{1}
	horizon := 0.58 * height
	sky := func(x, y float64) colour {
		t := y / horizon
		col := mix(colour{0.25, 0.42, 0.70}, colour{0.98, 0.83, 0.62}, t*t)
		cloud := noise.at(x/120, y/45)
		col = mix(col, colour{1, 0.95, 0.90}, (cloud-0.05)*1.6)
		sun := math.Hypot(x-455, y-150)
		return mix(col, colour{1, 0.97, 0.85}, math.Exp(-sun*sun/2600)+0.35*math.Exp(-sun/90))
	}
	ridge := func(x float64, k int) float64 {
		base := []float64{0.40, 0.46, 0.53}[k] * height
		return base + noise.at(x/[]float64{170, 120, 200}[k]+float64(10*k), 3)*[]float64{90, 60, 30}[k]
	}
	tones := []colour{{0.48, 0.55, 0.66}, {0.33, 0.43, 0.45}, {0.22, 0.34, 0.22}}
	land := func(x, y float64) colour {
		col := sky(x, y)
		for k, tone := range tones {
			if top := ridge(x, k); y > top {
				shade := 0.12 * noise.at(x/9+float64(k), y/5)
				col = mix(tone, colour{0.85, 0.75, 0.62}, 0.25*(y-top)/90+shade)
			}
		}
		return col
	}
	c.each(func(x, y float64) colour {
		shore := 0.60*height + 14*noise.at(x/90, 8)
		meadow := 0.78*height + 30*noise.at(x/160, 5) - 60*math.Exp(-math.Pow((x-150)/120, 2))
		switch {
		case y > meadow:
			blades := noise.at(x/4, y/11)*0.5 + noise.at(x/60, y/30)*0.5
			return mix(colour{0.30, 0.42, 0.16}, colour{0.72, 0.70, 0.30}, 0.35+0.6*blades-0.25*(y-meadow)/150)
		case y > shore:
			ripple := 7 * noise.at(x/30, y/3)
			col := land(x+ripple, 2*shore-y+ripple)
			return mix(mix(col, colour{0.16, 0.28, 0.38}, 0.35), colour{1, 0.94, 0.8}, 0.5*(noise.at(x/14, y/2)-0.35))
		}
		return land(x, y)
	})
	house(c)
	random := rand.New(rand.NewPCG(3, 3))
	for range 26 {
		x := 300 + 340*random.Float64()
		tree(c, random, point{x, 0.83*height + 60*random.Float64()}, 46+40*random.Float64())
	}
	tree(c, random, point{58, 0.86 * height}, 170)
}

func house(c *canvas) {
	box := func(x0, y0, x1, y1 float64, paint colour) {
		c.fill([]point{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}, paint, 1)
	}
	box(128, 296, 216, 356, colour{0.87, 0.82, 0.74})
	box(190, 296, 216, 356, colour{0.70, 0.64, 0.58})
	box(186, 244, 198, 276, colour{0.55, 0.33, 0.27})
	c.fill([]point{{118, 300}, {150, 256}, {204, 256}, {226, 300}}, colour{0.62, 0.25, 0.19}, 1)
	for _, x := range []float64{138, 168, 197} {
		box(x, 310, x+13, 328, colour{0.98, 0.85, 0.45})
	}
	box(152, 326, 164, 356, colour{0.33, 0.23, 0.18})
}

func tree(c *canvas, random *rand.Rand, foot point, size float64) {
	c.stroke([]point{foot, {foot.x + size*0.02, foot.y - size*0.3}, {foot.x, foot.y - size*0.7}}, size*0.09, colour{0.22, 0.16, 0.12}, 1)
	for i := range 150 {
		t := float64(i) / 150
		a, r := random.Float64()*2*math.Pi, math.Sqrt(random.Float64())*size*0.3
		at := point{foot.x + r*math.Cos(a), foot.y - size*0.68 + 1.15*r*math.Sin(a)}
		lit := 0.5 + 0.5*(math.Cos(a)*0.6-math.Sin(a)*0.8)
		c.fill(disc(at, size*(0.05-0.02*t)), vary(mix(colour{0.09, 0.19, 0.10}, colour{0.45, 0.55, 0.20}, lit*t), random, 0.04), 0.9)
	}
}

// glass is a window of coloured panes in lead.
func glass(c *canvas) {
	random := rand.New(rand.NewPCG(5, 9))
	palette := []colour{{0.75, 0.10, 0.14}, {0.95, 0.66, 0.12}, {0.10, 0.32, 0.66}, {0.08, 0.50, 0.36}, {0.48, 0.16, 0.52}, {0.93, 0.90, 0.74}, {0.16, 0.58, 0.72}}
	type pane struct {
		at    point
		paint colour
	}
	var panes []pane
	for ring := range 9 {
		for i := range 6 + 7*ring {
			a := 2*math.Pi*(float64(i)+0.5*float64(ring%2))/float64(6+7*ring) + 0.06*random.NormFloat64()
			r := 26 + 47*float64(ring) + 4*random.NormFloat64()
			panes = append(panes, pane{point{320 + r*math.Cos(a), 240 + r*math.Sin(a)}, vary(palette[(ring*2+i%3+random.IntN(2))%len(palette)], random, 0.04)})
		}
	}
	grain := field{21}
	c.each(func(x, y float64) colour {
		first, second := math.Inf(1), math.Inf(1)
		var paint colour
		for _, p := range panes {
			if d := math.Hypot(x-p.at.x, y-p.at.y); d < first {
				first, second, paint = d, first, p.paint
			} else if d < second {
				second = d
			}
		}
		lead := 1 / (1 + math.Exp((second-first-5)*1.3))
		light := 0.12*grain.at(x/22, y/22) + 0.08*grain.at(x/5, y/5)
		return mix(mix(paint, colour{1, 1, 0.9}, 0.18+light-first/260), colour{0.05, 0.05, 0.06}, lead)
	})
}
