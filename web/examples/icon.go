package main

// icon draws the program's sign, a framed landscape, as web/static/icon.svg does: on
// a canvas of 64 units.
func icon(c *canvas) {
	unit := float64(c.w) / 64
	at := func(x, y float64) point { return point{x * unit, y * unit} }
	box := func(x, y, w, h float64, paint colour) {
		c.fill([]point{at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h)}, paint, 1)
	}
	c.each(func(float64, float64) colour { return colour{0.29, 0.29, 0.29} })
	box(10, 12, 44, 40, colour{0.91, 0.85, 0.69})
	box(14, 16, 36, 32, colour{0.14, 0.31, 0.55})
	c.fill(disc(at(40, 25), 5*unit), colour{0.95, 0.78, 0.27}, 1)
	c.fill([]point{at(14, 40), at(20, 34.6), at(25, 35), at(29, 38), at(34, 41), at(40, 40.4), at(50, 33), at(50, 48), at(14, 48)}, colour{0.18, 0.49, 0.36}, 1)
	c.stroke([]point{at(17, 24), at(21, 22), at(25, 23.6), at(29, 25), at(32, 24)}, 3*unit, colour{0.61, 0.77, 0.92}, 1)
}
