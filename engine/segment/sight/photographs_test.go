//go:build !js

package sight_test

import (
	"slices"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/internal/fixture"
)

// polygon is drawn by hand in a picture that is so many units wide.
type polygon []point

func (p polygon) has(x, y float64) bool {
	in := false
	for i, a := range p {
		b := p[(i+1)%len(p)]
		if (a[1] > y) != (b[1] > y) && x < a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}

func (p polygon) near(x, y, most float64) bool {
	for i := range p {
		if distance(x, y, p[i], p[(i+1)%len(p)]) < most {
			return true
		}
	}
	return false
}

// A traced thing is in polygons, but not in those of except; of what is within 2 of the
// 320 pixels of a border, or in unknown, nothing is said.
type traced struct {
	name, file             string
	units                  float64 // width
	thing, except, unknown []polygon
	inside, beyond         [][]point
}

// scene returns it, or nil where the photographs are not.
func (d traced) scene(t *testing.T) *scene {
	path, found := fixture.Find(t, "images", d.file)
	if !found {
		fixture.Lacks(t, "%s is not looked at, as images/%s is not beside the project", d.name, d.file)
		return nil
	}
	data := fixture.Read(t, path)
	full, err := pixel.Decode(t.Context(), engine.File{Name: d.file, Data: data})
	if err != nil {
		t.Fatal(err)
	}
	w, h := pixel.Fit(full.Rect.Dx(), full.Rect.Dy(), wide)
	k := d.units / float64(w)
	scaled := func(strokes [][]point) [][]point {
		var out [][]point
		for _, s := range strokes {
			var line []point
			for _, p := range s {
				line = append(line, point{p[0] / k, p[1] / k})
			}
			out = append(out, line)
		}
		return out
	}
	has := func(list []polygon, x, y float64) bool {
		return slices.ContainsFunc(list, func(p polygon) bool { return p.has(x*k, y*k) })
	}
	return &scene{
		name: d.name, img: pixel.Image(pixel.Planes(full, w, h), w, h),
		truth: func(x, y float64) bool { return has(d.thing, x, y) && !has(d.except, x, y) },
		doubt: func(x, y float64) bool {
			near := func(p polygon) bool { return p.near(x*k, y*k, 2*k) }
			return has(d.unknown, x, y) || slices.ContainsFunc(d.thing, near) || slices.ContainsFunc(d.except, near)
		},
		inside: scaled(d.inside), beyond: scaled(d.beyond),
	}
}

var (
	hoover = polygon{{982, 17}, {995, 35}, {999, 72}, {1020, 80}, {1036, 105}, {1040, 125}, {1054, 150}, {1062, 205}, {1068, 240},
		{1074, 400}, {1075, 513}, {1045, 498}, {985, 468}, {900, 432}, {901, 235}, {905, 185}, {916, 148}, {930, 122}, {934, 100},
		{950, 82}, {966, 72}, {970, 35}}
	palm  = polygon{{86, 152}, {84, 120}, {110, 88}, {140, 86}, {182, 112}, {186, 148}, {145, 136}}
	night = polygon{{-9, -9}, {1289, -9}, {1289, 425}, {1240, 413}, {1200, 438}, {1175, 470}, {1080, 515}, {1045, 498}, {900, 432},
		{817, 392}, {780, 403}, {640, 340}, {490, 268}, {400, 237}, {275, 185}, {180, 148}, {145, 136}, {40, 168}, {-9, 157}}
	morning = polygon{{225, -9}, {225, 440}, {290, 460}, {335, 425}, {370, 425}, {385, 415}, {410, 410}, {480, 418}, {550, 383},
		{640, 390}, {690, 425}, {740, 400}, {760, 345}, {790, 345}, {795, 310}, {805, 265}, {815, 235}, {830, 150}, {850, 235},
		{866, 265}, {866, 310}, {890, 305}, {900, 285}, {960, 285}, {1040, 275}, {1050, 258}, {1060, 270}, {1165, 252}, {1190, 226}, {1279, 238}, {1279, -9}}
)

func photographs() []traced {
	return []traced{
		{name: "the Hoover tower", file: "hoovertowernight.jpg", units: 1280, thing: []polygon{hoover}, inside: [][]point{{{985, 90}, {985, 230}, {985, 420}}}},
		{name: "the sky at night", file: "hoovertowernight.jpg", units: 1280, thing: []polygon{night}, except: []polygon{hoover, palm}, inside: [][]point{{{200, 60}, {600, 120}, {850, 250}}, {{1120, 100}, {1220, 250}}}},
		{name: "the sky in the morning", file: "tubingen.jpg", units: 1270, thing: []polygon{morning}, unknown: []polygon{{{-9, -9}, {225, -9}, {225, 961}, {-9, 961}}}, inside: [][]point{{{350, 100}, {700, 200}, {1000, 100}}}},
		{name: "a wall of stone", file: "tubingen.jpg", units: 1270, thing: []polygon{{{640, 702}, {760, 718}, {880, 742}, {1000, 752}, {1279, 772}, {1279, 940}, {1100, 903}, {960, 882}, {900, 862}, {760, 800}, {640, 768}}}, inside: [][]point{{{720, 745}, {900, 800}, {1200, 860}}}},
		{name: "a yellow house", file: "tubingen.jpg", units: 1270, thing: []polygon{{{1187, 232}, {1279, 310}, {1279, 580}, {1115, 580}, {1128, 450}, {1120, 350}}}, unknown: []polygon{{{1100, 580}, {1279, 580}, {1279, 961}, {1100, 961}}}, inside: [][]point{{{1190, 270}, {1195, 560}}, {{1145, 400}, {1250, 400}}}},
		{name: "the bay", file: "golden_gate.jpg", units: 1270, thing: []polygon{{{383, 800}, {500, 765}, {770, 655}, {900, 603}, {1050, 552}, {1060, 550}, {1170, 550}, {1279, 541}, {1279, 961}, {383, 961}}}, unknown: []polygon{{{1050, 540}, {1180, 540}, {1180, 650}, {1050, 650}}, {{930, 925}, {1030, 925}, {1030, 961}, {930, 961}}}, inside: [][]point{{{500, 880}, {900, 750}, {1200, 800}}}},
		{name: "a sail", file: "shipwreck.jpg", units: 1280, thing: []polygon{{{845, 438}, {905, 385}, {990, 340}, {1020, 300}, {1000, 348}, {1145, 352}, {1118, 392}, {1080, 455}, {1035, 495}, {980, 514}, {925, 500}, {925, 470}, {870, 460}}}, inside: [][]point{{{900, 430}, {960, 400}, {1080, 390}, {1000, 480}}}},
	}
}

// Nor in photographs, where they are.
func TestPhotographs(t *testing.T) {
	var scenes []scene
	for _, d := range photographs() {
		if s := d.scene(t); s != nil {
			scenes = append(scenes, *s)
		}
	}
	notWorse(t, "photographs", scenes)
}
