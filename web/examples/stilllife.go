package main

import "math"

// fruit is the third photograph: a still life by a window.
func fruit(c *canvas) {
	mottle, fold := field{51}, field{53}
	s := &scene{
		eye: vec{0.1, 1.75, 4.6}, at: vec{0.08, 0.72, 0}, zoom: 1.32, depth: 14,
		light: vec{-0.62, 0.62, 0.42}.unit(), warm: colour{2.5, 2.2, 1.75}, cool: colour{0.20, 0.24, 0.32},
		backdrop: func(x, y float64) colour { return colour{} },
	}
	s.around = func(d vec) colour {
		window := math.Max(math.Abs((d.x+0.62)/0.26), math.Abs((d.y-0.55)/0.3))
		bar := math.Min(math.Abs(d.x+0.62), math.Abs(d.y-0.55))
		if d.z > -0.1 && window < 1 && bar > 0.025 {
			return colour{2.6, 2.6, 2.5}
		}
		return colour{0.10, 0.09, 0.08}.plus(colour{0.22, 0.24, 0.26}, max(d.y, 0))
	}
	table := func(p vec, _ vec) look {
		plank := math.Floor(p.z/0.62 + 9)
		grain := mottle.at(p.x*1.3+7*plank, p.z*19+plank)
		rings := math.Sin(26*(p.z+0.12*mottle.at(p.x*0.8+plank, plank)) + 5*mottle.at(p.x+3*plank, p.z*2))
		gap := math.Abs(math.Mod(p.z/0.62+9, 1) - 0.5)
		paint := mix(colour{0.30, 0.155, 0.07}, colour{0.50, 0.29, 0.13}, 0.5+0.35*grain+0.2*rings)
		if gap > 0.485 {
			paint = colour{0.06, 0.03, 0.02}
		}
		return look{paint: paint, gloss: 0.18, mirror: 0.03}
	}
	wall := func(p vec, _ vec) look {
		plaster := 0.5 + 0.5*mottle.at(p.x*1.1, p.y*1.1) + 0.12*mottle.at(p.x*9, p.y*9)
		return look{paint: mix(colour{0.10, 0.115, 0.10}, colour{0.235, 0.225, 0.18}, plaster)}
	}
	add := func(middle vec, reach float64, far func(vec) float64, look func(p, n vec) look) {
		s.things = append(s.things, thing{middle, reach, far, look})
	}
	plain := func(k look) func(p, n vec) look { return func(vec, vec) look { return k } }
	add(vec{}, 0, func(p vec) float64 { return p.y }, table)
	add(vec{}, 0, func(p vec) float64 { return p.z + 2.4 }, wall)

	// A white cloth, half over the table, in folds.
	crease := func(x, z float64) float64 {
		r := math.Hypot(x-0.9, z-0.6)
		f := 0.055*fold.at(x*1.5, z*1.5) + 0.035*math.Sin(7*x+3*z+4*fold.at(x, z)) + 0.05*math.Exp(-math.Pow((x-0.2-0.3*z)/0.09, 2)) + 0.06*math.Exp(-math.Pow((x-1.35+0.4*z)/0.11, 2))
		edgeOf := 1 / (1 + math.Exp((r-1.25-0.12*math.Sin(5*math.Atan2(z-0.6, x-0.9)))*26))
		return (0.045+0.75*f)*edgeOf - 0.03*(1-edgeOf)
	}
	add(vec{0.9, 0, 0.6}, 1.6, func(p vec) float64 { return 0.55 * (p.y - crease(p.x, p.z)) }, func(p, _ vec) look {
		stripe := math.Abs(math.Hypot(p.x-0.9, p.z-0.6) - 1.06)
		paint := colour{0.80, 0.78, 0.72}
		if stripe < 0.035 || math.Abs(stripe-0.07) < 0.008 {
			paint = colour{0.20, 0.27, 0.45}
		}
		weave := 0.04 * math.Sin(p.x*210) * math.Sin(p.z*210)
		return look{paint: mix(paint, colour{}, weave), through: 0.05}
	})

	// A jug with a glaze that runs, and its handle.
	jug := curve([2]float64{0, 0.34}, [2]float64{0.12, 0.42}, [2]float64{0.55, 0.58}, [2]float64{1.1, 0.30}, [2]float64{1.32, 0.25}, [2]float64{1.55, 0.33})
	at := vec{-0.72, 0, -0.55}
	add(at.add(vec{0.1, 0.8, 0}), 1.15, func(p vec) float64 {
		body := turned(p, at, 0, 1.55, jug)
		inside := turned(p, at.add(vec{y: 0.1}), 0, 1.6, func(y float64) float64 { return jug(y+0.1) - 0.05 })
		body = max(body, -inside)
		q := p.sub(at.add(vec{0.42, 1.02, 0.05}))
		ring := math.Hypot(math.Hypot(q.x*0.85, q.y*0.72)-0.27, q.z) - 0.055
		return union(body, max(ring, -q.x-0.12), 0.06)
	}, func(p, _ vec) look {
		drip := 0.72 + 0.14*mottle.at(math.Atan2(p.z-at.z, p.x-at.x)*2.2, 1) + 0.05*mottle.at(p.x*9, p.z*9)
		clay := mix(colour{0.56, 0.42, 0.29}, colour{0.42, 0.29, 0.19}, 0.5+0.6*mottle.at(p.x*7, p.y*7))
		glaze := mix(colour{0.05, 0.16, 0.27}, colour{0.13, 0.32, 0.38}, 0.5+0.8*mottle.at(p.x*3, p.y*4+p.z))
		t := 1 / (1 + math.Exp((drip-p.y)*60))
		return look{paint: mix(clay, glaze, t), gloss: 0.2 + 0.7*t, mirror: 0.06 * t}
	})

	// A bottle of green glass.
	bottle := curve([2]float64{0, 0.26}, [2]float64{0.05, 0.28}, [2]float64{1.15, 0.28}, [2]float64{1.55, 0.1}, [2]float64{2.0, 0.09}, [2]float64{2.06, 0.115}, [2]float64{2.16, 0.105})
	add(vec{0.42, 1.1, -1.1}, 1.25, func(p vec) float64 { return turned(p, vec{0.42, 0, -1.1}, 0, 2.16, bottle) }, func(p, n vec) look {
		if p.y > 0.42 && p.y < 0.92 && p.z > -1.15 {
			line := math.Abs(math.Mod(p.y*13, 1)-0.5) < 0.09 && p.y > 0.5 && p.y < 0.78 && math.Abs(p.x-0.42) < 0.15
			if line {
				return look{paint: colour{0.25, 0.16, 0.1}}
			}
			return look{paint: colour{0.70, 0.60, 0.42}}
		}
		rim := math.Pow(1-math.Abs(n.z), 2)
		return look{paint: mix(colour{0.006, 0.02, 0.01}, colour{0.05, 0.14, 0.04}, rim), gloss: 1, mirror: 0.12, through: 0.25}
	})

	apple := func(at vec, r float64, turn float64, ripe, green colour) {
		add(at, 1.2*r, func(p vec) float64 {
			q := p.sub(at)
			d := math.Hypot(q.x, q.z)
			dent := 0.34*r*math.Exp(-math.Pow(d/(0.36*r), 2))*math.Copysign(1, q.y) + 0
			return 0.75 * (math.Sqrt(d*d+math.Pow(q.y+dent, 2)*1.12) - r*(1+0.025*math.Sin(5*math.Atan2(q.z, q.x)+turn)))
		}, func(p, _ vec) look {
			q := p.sub(at).times(1 / r)
			around := math.Atan2(q.z, q.x) + turn
			streak := mottle.at(around*9, q.y*1.3+turn)
			side := 0.5 + 0.6*math.Sin(around) + 0.7*streak - 0.5*math.Exp(-8*(q.x*q.x+q.z*q.z))
			speck := mottle.smooth(around*22, q.y*20, 1)
			paint := mix(green, ripe, side)
			if speck > 0.82 {
				paint = mix(paint, colour{0.9, 0.75, 0.5}, 0.35)
			}
			return look{paint: paint, gloss: 0.55, mirror: 0.035, through: 0.03}
		})
		stem := at.add(vec{0, 0.62 * r, 0})
		add(stem, 0.4*r, func(p vec) float64 { return capsule(p, stem, stem.add(vec{0.1 * r, 0.42 * r, 0.05 * r}), 0.035*r) }, plain(look{paint: colour{0.12, 0.07, 0.03}}))
	}
	red, yellow := colour{0.46, 0.035, 0.03}, colour{0.62, 0.47, 0.10}
	apple(vec{0.30, 0.36, 0.35}, 0.37, 1.2, red, yellow)
	apple(vec{1.02, 0.39, 0.02}, 0.38, 3.9, colour{0.52, 0.10, 0.03}, colour{0.55, 0.52, 0.10})
	apple(vec{-0.36, 0.33, 0.62}, 0.33, 5.1, colour{0.38, 0.5, 0.07}, colour{0.5, 0.55, 0.12})

	// A pear, and a lemon before it.
	pear := curve([2]float64{0, 0.16}, [2]float64{0.12, 0.33}, [2]float64{0.36, 0.39}, [2]float64{0.72, 0.2}, [2]float64{0.95, 0.12}, [2]float64{1.0, 0.03})
	foot := vec{1.62, 0.05, 0.32}
	add(foot.add(vec{y: 0.5}), 0.8, func(p vec) float64 {
		q := p.sub(foot)
		q.x += 0.13 * q.y * q.y
		return turned(q, vec{}, 0, 1.0, pear)
	}, func(p, _ vec) look {
		spots := mottle.smooth(p.x*42, p.y*42+p.z*31, 2)
		paint := mix(colour{0.50, 0.52, 0.10}, colour{0.62, 0.36, 0.10}, 0.4+1.2*mottle.at(p.x*2.2, p.y*2.2+p.z))
		if spots > 0.6 {
			paint = mix(paint, colour{0.25, 0.16, 0.05}, 0.55)
		}
		return look{paint: paint, gloss: 0.3, mirror: 0.015}
	})
	add(vec{1.44, 1.1, 0.32}, 0.4, func(p vec) float64 { return capsule(p, vec{1.5, 1.0, 0.32}, vec{1.38, 1.3, 0.36}, 0.022) }, plain(look{paint: colour{0.10, 0.06, 0.03}}))
	lemon := vec{0.98, 0.25, 0.98}
	add(lemon, 0.55, func(p vec) float64 {
		q := p.sub(lemon)
		q = vec{0.86*q.x + 0.5*q.z, q.y, 0.86*q.z - 0.5*q.x}
		tip := 0.07 * math.Exp(-math.Pow((math.Abs(q.x)-0.34)/0.07, 2))
		return 0.7 * (egg(q, vec{}, vec{0.36, 0.25, 0.25}) - tip*math.Exp(-40*(q.y*q.y+q.z*q.z)))
	}, func(p, _ vec) look {
		pore := mottle.smooth(p.x*60, p.y*60+p.z*47, 1)
		return look{paint: mix(colour{0.78, 0.55, 0.03}, colour{0.70, 0.42, 0.02}, 0.5+0.7*pore), gloss: 0.4, mirror: 0.02, through: 0.08}
	})

	// Grapes, in a heap.
	for i := range 26 {
		a, ring := float64(i)*2.4, math.Sqrt(float64(i)/26)
		at := vec{-1.28 + 0.56*ring*math.Cos(a), 0.12 + 0.26*(1-ring), 0.42 + 0.34*ring*math.Sin(a)}
		r := 0.125 + 0.012*math.Sin(float64(i)*7)
		add(at, r+0.01, func(p vec) float64 { return ball(p, at, r) }, func(p, n vec) look {
			bloom := 0.5 + 0.5*mottle.at(p.x*9, p.y*9+p.z*5)
			paint := mix(colour{0.10, 0.018, 0.06}, colour{0.16, 0.09, 0.19}, bloom*max(n.y, 0)*1.2)
			return look{paint: paint, gloss: 0.5, mirror: 0.03, through: 0.1}
		})
	}
	// A knife on the table.
	add(vec{-0.25, 0.05, 1.5}, 0.9, func(p vec) float64 {
		q := p.sub(vec{-0.25, 0.035, 1.5})
		q = vec{0.94*q.x + 0.34*q.z, q.y, 0.94*q.z - 0.34*q.x}
		handle := capsule(q, vec{-0.72, 0, 0}, vec{-0.28, 0, 0}, 0.048)
		blade := math.Max(math.Max(math.Abs(q.x-0.16)-0.42, math.Abs(q.y)-0.008), math.Abs(q.z+0.05*math.Max(q.x-0.3, 0))-0.055*math.Sqrt(math.Max(0.05, min(1, (0.6-q.x)*4))))
		return 0.7 * math.Min(handle, blade)
	}, func(p, _ vec) look {
		q := p.sub(vec{-0.25, 0.035, 1.5})
		if 0.94*q.x+0.34*q.z < -0.235 {
			return look{paint: colour{0.07, 0.035, 0.02}, gloss: 0.5, mirror: 0.03}
		}
		return look{paint: colour{0.16, 0.17, 0.18}, gloss: 0.8, mirror: 0.5}
	})
	s.render(c)
}
