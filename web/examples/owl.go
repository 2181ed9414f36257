package main

import (
	"math"
	"math/rand/v2"
)

// owl is the fourth photograph: the portrait of an owl on a branch, before a wood out of focus.
func owl(c *canvas) {
	mottle := field{61}
	wood := blurred(c)
	s := &scene{
		eye: vec{0.5, 1.35, 4.9}, at: vec{0.02, 1.02, 0}, zoom: 1.62, depth: 11,
		light: vec{-0.55, 0.62, 0.56}.unit(), warm: colour{2.3, 2.05, 1.6}, cool: colour{0.30, 0.36, 0.34},
		around: func(d vec) colour {
			if math.Hypot(d.x+0.5, d.y-0.6) < 0.16 {
				return colour{4, 4, 3.8}
			}
			return mix(colour{0.05, 0.08, 0.03}, colour{0.55, 0.65, 0.6}, 0.5+0.8*d.y)
		},
		backdrop: wood,
	}
	// Feathers lie in rows: each is a scale whose edge is lighter and whose shaft is darker.
	feather := func(u, v float64) (rise, shaft, rim float64) {
		row := math.Floor(v)
		best := 0.0
		for _, r := range []float64{row - 1, row, row + 1} {
			x := u + 0.5*math.Mod(math.Abs(r), 2)
			k := math.Floor(x)
			dx, dy := x-k-0.5, v-r
			wobble := 0.12 * mottle.smooth(k*3.7, r*5.3, 1)
			d := math.Hypot(dx*1.9, (dy-0.35+wobble)*1.15)
			if lift := 1 - d + 0.3*(v+1-r); d < 1 && lift > best {
				best = lift
				rise, shaft, rim = lift, math.Exp(-math.Pow(dx/0.06, 2)), math.Pow(d, 6)
			}
		}
		return rise, shaft, rim
	}
	coat := func(p vec) (u, v float64) { return 3.4 * math.Atan2(p.x, p.z+0.3), p.y * 6.2 }
	body := func(p vec) float64 {
		trunk := egg(p, vec{0, 0.62, 0}, vec{0.62, 0.86, 0.52})
		head := egg(p, vec{0.02, 1.62, 0.06}, vec{0.55, 0.47, 0.46})
		d := union(trunk, head, 0.32)
		for _, side := range []float64{-1, 1} {
			wing := egg(p, vec{0.55 * side, 0.58, -0.02}, vec{0.22, 0.78, 0.42})
			d = union(d, wing, 0.08)
			tuft := capsule(p, vec{0.02 + 0.32*side, 1.9, 0.1}, vec{0.02 + 0.47*side, 2.24, 0.02}, 0.075-0.05*min(max((p.y-1.9)/0.4, 0), 1))
			d = union(d, tuft, 0.12)
			disc := egg(p, vec{0.02 + 0.235*side, 1.62, 0.42}, vec{0.27, 0.29, 0.12})
			d = union(d, disc, 0.05)
		}
		return d
	}
	fluff := func(p vec) float64 {
		u, v := coat(p)
		rise, _, _ := feather(u, v)
		fine := mottle.at(p.x*26, p.y*17+p.z*9)
		face := math.Exp(-9 * (math.Pow(p.x-0.02, 2) + math.Pow(p.y-1.62, 2)) * (1 - min(max(-p.z, 0), 1)))
		return 0.6 * (body(p) - 0.03*rise*(1-face) - 0.006*fine)
	}
	s.things = append(s.things, thing{vec{0, 1.05, 0}, 1.45, fluff, func(p, n vec) look {
		u, v := coat(p)
		_, shaft, rim := feather(u, v)
		fine := mottle.at(p.x*30, p.y*22)
		brown, cream := colour{0.16, 0.085, 0.04}, colour{0.60, 0.46, 0.28}
		paint := mix(brown, cream, 0.22+0.35*fine+0.6*rim-0.5*shaft)
		front := math.Exp(-3*p.x*p.x) * min(max(p.z*2.2, 0), 1) * min(max((1.45-p.y)*3, 0), 1)
		bars := math.Sin(p.y*34 + 3*mottle.at(p.x*4, p.y*4))
		paint = mix(paint, mix(colour{0.68, 0.55, 0.38}, colour{0.22, 0.12, 0.06}, max(bars, 0)*0.7+shaft), front*0.75)
		for _, side := range []float64{-1, 1} {
			q := vec{p.x - 0.02 - 0.235*side, p.y - 1.62, 0}
			r := q.size()
			if r < 0.34 && p.z > 0.2 {
				rays := mottle.at(math.Atan2(q.y, q.x)*11, r*4)
				disc := mix(colour{0.66, 0.52, 0.34}, colour{0.32, 0.18, 0.09}, 0.4+0.7*rays)
				disc = mix(disc, colour{0.045, 0.028, 0.02}, math.Exp(-math.Pow((r-0.315)/0.03, 2))+math.Exp(-math.Pow((r-0.17)/0.03, 2)))
				paint = mix(paint, disc, min(1, (0.34-r)*30))
			}
		}
		brow := math.Exp(-math.Pow((math.Abs(p.x-0.02)*0.9-(p.y-1.66)*0.8-0.02)/0.055, 2)) * min(max((p.y-1.64)*6, 0), 1)
		if p.z > 0.1 {
			paint = mix(paint, colour{0.70, 0.62, 0.5}, brow)
		}
		return look{paint: paint, gloss: 0.05, through: 0.06}
	}})
	for _, side := range []float64{-1, 1} {
		at := vec{0.02 + 0.225*side, 1.635, 0.47}
		s.things = append(s.things, thing{at, 0.17, func(p vec) float64 { return ball(p, at, 0.145) }, func(p, _ vec) look {
			toEye := s.eye.sub(at).unit()
			q := p.sub(at)
			r := q.sub(toEye.times(q.dot(toEye))).size()
			switch {
			case q.dot(toEye) < 0 || r > 0.122:
				return look{paint: colour{0.012, 0.01, 0.01}, gloss: 0.9, mirror: 0.06}
			case r < 0.066:
				return look{paint: colour{0.004, 0.004, 0.004}, gloss: 1, mirror: 0.07}
			}
			fibre := mottle.at(math.Atan2(q.y, q.x)*14, r*22)
			return look{paint: mix(colour{0.85, 0.40, 0.02}, colour{0.45, 0.13, 0.01}, 0.35+0.5*fibre+6*(r-0.1)), gloss: 1, mirror: 0.07}
		}})
	}
	beak := vec{0.02, 1.5, 0.55}
	s.things = append(s.things, thing{beak, 0.3, func(p vec) float64 {
		q := p.sub(beak)
		q.z -= 0.10 - 1.4*q.y*q.y
		w := 0.072 * min(max((q.y+0.2)/0.3, 0.05), 1)
		return 0.6 * max(math.Hypot(q.x, q.z)-w, math.Abs(q.y)-0.16)
	}, func(p, _ vec) look {
		return look{paint: mix(colour{0.10, 0.09, 0.08}, colour{0.03, 0.028, 0.03}, 0.5+mottle.at(p.x*12, p.y*12)), gloss: 0.5, mirror: 0.03}
	}})
	s.things = append(s.things, thing{vec{}, 0, func(p vec) float64 {
		q := vec{p.x, p.y + 0.2 - 0.05*math.Sin(p.x*1.3), p.z - 0.12}
		angle := math.Atan2(q.y, q.z)
		bark := 0.03*mottle.at(p.x*2.4, angle*3) + 0.018*mottle.at(p.x*11, angle*7)
		return 0.6 * (math.Hypot(q.y, q.z) - 0.17 - bark)
	}, func(p, n vec) look {
		moss := min(max(2*mottle.at(p.x*1.7, p.z*2)+1.1*n.y-0.35, 0), 1)
		paint := mix(colour{0.18, 0.13, 0.09}, colour{0.05, 0.035, 0.025}, 0.5+mottle.at(p.x*13, p.y*30))
		return look{paint: mix(paint, mix(colour{0.12, 0.19, 0.03}, colour{0.26, 0.33, 0.06}, 0.5+mottle.at(p.x*20, p.z*20)), moss)}
	}})
	for _, side := range []float64{-1, 1} {
		for toe := range 3 {
			x := 0.25*side + 0.085*float64(toe-1)
			at := vec{x, -0.06, 0.26}
			s.things = append(s.things, thing{at, 0.3, func(p vec) float64 {
				return union(capsule(p, vec{x, 0.02, 0.18}, vec{x, -0.08, 0.31}, 0.05), capsule(p, vec{x, -0.09, 0.32}, vec{x, -0.2, 0.33}, 0.018), 0.03)
			}, func(p, _ vec) look {
				if p.y < -0.11 {
					return look{paint: colour{0.02, 0.02, 0.02}, gloss: 0.6, mirror: 0.03}
				}
				return look{paint: mix(colour{0.5, 0.36, 0.18}, colour{0.34, 0.22, 0.1}, 0.5+mottle.at(p.x*30, p.y*30)), gloss: 0.1}
			}})
		}
	}
	s.render(c)
}

// blurred is a wood in light, as a lens shows what is far behind: discs over soft colours.
func blurred(*canvas) func(x, y float64) colour {
	random := rand.New(rand.NewPCG(23, 5))
	soft := field{64}
	type spot struct {
		x, y, r float64
		light   colour
	}
	var spots []spot
	for range 70 {
		light := mix(colour{0.35, 0.50, 0.10}, colour{1.15, 1.0, 0.45}, random.Float64())
		if random.IntN(4) == 0 {
			light = colour{0.75, 0.95, 0.9}
		}
		spots = append(spots, spot{random.Float64(), 0.75 * math.Pow(random.Float64(), 1.3), 0.018 + 0.04*random.Float64(), light})
	}
	return func(x, y float64) colour {
		col := mix(colour{0.20, 0.27, 0.11}, colour{0.025, 0.045, 0.025}, y*1.15+0.5*soft.smooth(x*3, y*2.4, 0))
		trunk := math.Exp(-math.Pow((x-0.80-0.05*y)/0.05, 2)) + 0.8*math.Exp(-math.Pow((x-0.13+0.03*y)/0.035, 2)) + 0.5*math.Exp(-math.Pow((x-0.42)/0.02, 2))
		col = mix(col, colour{0.035, 0.03, 0.022}, 0.75*trunk)
		for _, s := range spots {
			d := math.Hypot((x-s.x)*4/3, y-s.y)
			disc := 1 / (1 + math.Exp((d-s.r)*420))
			col = col.plus(s.light, 0.16*disc*(0.7+0.5*math.Pow(min(d/s.r, 1), 3)))
		}
		return col
	}
}
