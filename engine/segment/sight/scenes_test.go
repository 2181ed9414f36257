package sight_test

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"slices"

	"trappedinart/engine/segment"
)

const (
	wide = 320
	high = 240
)

// A scene is a picture of which is known what is inside.
type scene struct {
	name   string
	img    *image.NRGBA
	truth  func(x, y float64) bool
	doubt  func(x, y float64) bool // where nobody knows; may be nil
	inside [][][2]float64          // strokes
	beyond [][][2]float64          // strokes on what is outside
}

type point = [2]float64

// seeds are the strokes of the scene, as thick as a brush.
func (s *scene) seeds() []uint8 {
	w, h := s.img.Rect.Dx(), s.img.Rect.Dy()
	seeds := make([]uint8, w*h)
	draw := func(strokes [][]point, seed uint8) {
		for _, stroke := range strokes {
			for i := range seeds {
				for k := 1; k < len(stroke); k++ {
					if distance(float64(i%w)+0.5, float64(i/w)+0.5, stroke[k-1], stroke[k]) < 3 {
						seeds[i] = seed
					}
				}
			}
		}
	}
	draw(s.beyond, segment.Outside)
	draw(s.inside, segment.Inside)
	return seeds
}

// distance is that of (x,y) from the line between two points.
func distance(x, y float64, a, b point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := ((x-a[0])*dx + (y-a[1])*dy) / max(dx*dx+dy*dy, 1e-9)
	t = min(1, max(0, t))
	return math.Hypot(x-a[0]-t*dx, y-a[1]-t*dy)
}

// overlap is what is in both, of what is in either, where that is known.
func (s *scene) overlap(grown []uint8) float64 {
	w := s.img.Rect.Dx()
	both, either := 0.0, 0.0
	for i, v := range grown {
		x, y := float64(i%w)+0.5, float64(i/w)+0.5
		if s.doubt != nil && s.doubt(x, y) {
			continue
		}
		a, b := v > 127, s.truth(x, y)
		if a && b {
			both++
		}
		if a || b {
			either++
		}
	}
	return both / either
}

// Shapes.

func disc(cx, cy, r float64) func(x, y float64) bool {
	return func(x, y float64) bool { return math.Hypot(x-cx, y-cy) < r }
}

func box(x0, y0, x1, y1 float64) func(x, y float64) bool {
	return func(x, y float64) bool { return x >= x0 && x < x1 && y >= y0 && y < y1 }
}

func blob(cx, cy, r float64) func(x, y float64) bool {
	return func(x, y float64) bool {
		a := math.Atan2(y-cy, x-cx)
		return math.Hypot(x-cx, y-cy) < r*(1+0.2*math.Sin(3*a)+0.1*math.Cos(5*a))
	}
}

func below(x, y float64) bool { return y > 120+25*math.Sin(x/45) }

func star(cx, cy, r float64) func(x, y float64) bool {
	return func(x, y float64) bool {
		a := math.Atan2(y-cy, x-cx)
		return math.Hypot(x-cx, y-cy) < r*(0.35+0.65*math.Pow(math.Abs(math.Cos(2.5*a)), 4))
	}
}

func either(a, b func(x, y float64) bool) func(x, y float64) bool {
	return func(x, y float64) bool { return a(x, y) || b(x, y) }
}

// Textures: fields of any values, which are brought to one distribution afterwards.

type texture func(rnd *rand.Rand) []float64

func stripes(period, degrees float64) texture {
	return func(*rand.Rand) []float64 {
		s, c := math.Sincos(degrees * math.Pi / 180)
		return field(func(x, y float64) float64 { return math.Sin(2 * math.Pi * (x*c + y*s) / period) })
	}
}

func dots(period float64) texture {
	return func(*rand.Rand) []float64 {
		return field(func(x, y float64) float64 {
			return math.Cos(2*math.Pi*x/period) + math.Cos(2*math.Pi*y/period)
		})
	}
}

// grain is noise, smooth over so many pixels across and down.
func grain(across, down float64) texture {
	return func(rnd *rand.Rand) []float64 {
		v := field(func(float64, float64) float64 { return rnd.NormFloat64() })
		return smoothed(smoothed(v, across, 1), down, wide)
	}
}

// leaves are ellipses over each other, each of one shade with a vein.
func leaves(size float64) texture {
	return func(rnd *rand.Rand) []float64 {
		v := make([]float64, wide*high)
		for range int(12 * wide * high / (size * size)) {
			cx, cy, shade := rnd.Float64()*wide, rnd.Float64()*high, rnd.Float64()
			s, c := math.Sincos(rnd.Float64() * 2 * math.Pi)
			for y := max(0, int(cy-size)); y < min(high, int(cy+size)); y++ {
				for x := max(0, int(cx-size)); x < min(wide, int(cx+size)); x++ {
					u, w := (float64(x)-cx)*c+(float64(y)-cy)*s, (float64(y)-cy)*c-(float64(x)-cx)*s
					if u*u+6*w*w < size*size/2 {
						v[y*wide+x] = shade - 0.5*math.Exp(-w*w)
					}
				}
			}
		}
		return v
	}
}

func field(f func(x, y float64) float64) []float64 {
	v := make([]float64, wide*high)
	for i := range v {
		v[i] = f(float64(i%wide), float64(i/wide))
	}
	return v
}

// smoothed is v after a few averages along one direction.
func smoothed(v []float64, radius float64, step int) []float64 {
	for range 2 {
		out := make([]float64, len(v))
		for i := range v {
			n := 0.0
			for k := -int(radius); k <= int(radius); k++ {
				if j := i + k*step; j >= 0 && j < len(v) {
					out[i] += v[j]
					n++
				}
			}
			out[i] /= n
		}
		v = out
	}
	return v
}

// equalised brings values to 0..1, every part of it as often as any other.
func equalised(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return 0
	})
	out := make([]float64, len(v))
	for rank, i := range order {
		out[i] = float64(rank) / float64(len(v))
	}
	return out
}

// woven is a scene of two textures of the very same colours.
func woven(name string, seed uint64, thing, around texture, shape func(x, y float64) bool, inside ...[]point) scene {
	return tinted(name, [3]float64{}, seed, thing, around, shape, inside...)
}

// tinted is a woven one where the thing has so much more of each channel.
func tinted(name string, tint [3]float64, seed uint64, thing, around texture, shape func(x, y float64) bool, inside ...[]point) scene {
	rnd := rand.New(rand.NewPCG(seed, 7))
	a, b := equalised(thing(rnd)), equalised(around(rnd))
	img := image.NewNRGBA(image.Rect(0, 0, wide, high))
	dark, light := [3]float64{50, 70, 40}, [3]float64{190, 200, 120}
	for i := range a {
		v, more := b[i], [3]float64{}
		if shape(float64(i%wide)+0.5, float64(i/wide)+0.5) {
			v, more = a[i], tint
		}
		paint(img, i, func(c int) float64 { return dark[c] + v*(light[c]-dark[c]) + more[c] + 4*rnd.NormFloat64() })
	}
	return scene{name: name, img: img, truth: shape, inside: inside}
}

func paint(img *image.NRGBA, i int, value func(c int) float64) {
	for c := range 3 {
		img.Pix[4*i+c] = uint8(min(255, max(0, value(c))))
	}
	img.Pix[4*i+3] = 255
}

// coloured is a scene of two colours, with a soft edge.
func coloured(name string, noise float64, shape, thing func(x, y float64) bool, shade func(in bool, c int, x, y float64) float64, inside ...[]point) scene {
	rnd := rand.New(rand.NewPCG(1, 2))
	img := image.NewNRGBA(image.Rect(0, 0, wide, high))
	for i := range wide * high {
		x, y, share := float64(i%wide), float64(i/wide), 0.0
		for k := range 4 {
			if shape(x+float64(k%2)*0.5+0.25, y+float64(k/2)*0.5+0.25) {
				share += 0.25
			}
		}
		paint(img, i, func(c int) float64 {
			return share*shade(true, c, x, y) + (1-share)*shade(false, c, x, y) + noise*rnd.NormFloat64()
		})
	}
	return scene{name: name, img: img, truth: thing, inside: inside}
}

func plain(in bool, c int, _, _ float64) float64 {
	if in {
		return [3]float64{190, 90, 60}[c]
	}
	return [3]float64{80, 120, 150}[c]
}

// texturedScenes are those where colours say nothing.
func texturedScenes(seed uint64) []scene {
	across := []point{{130, 120}, {190, 120}}
	return []scene{
		woven("stripes on dots", seed, stripes(9, 30), dots(9), disc(160, 120, 70), across),
		woven("stripes on stripes across", seed, stripes(8, 0), stripes(8, 90), disc(160, 120, 70), across),
		woven("slanted stripes", seed, stripes(11, 45), stripes(11, -45), box(90, 60, 230, 180), across),
		woven("fine grain on coarse", seed, grain(0, 0), grain(4, 4), blob(160, 120, 70), across),
		woven("coarse grain on fine", seed, grain(3, 3), grain(1, 1), blob(160, 120, 70), across),
		woven("grass below leaves", seed, grain(0, 7), leaves(12), below, []point{{60, 190}, {250, 200}}),
		woven("leaves on grass", seed, leaves(12), grain(0, 7), blob(160, 120, 70), []point{{130, 110}, {160, 140}, {190, 110}}),
		woven("small dots on large", seed, dots(7), dots(16), disc(160, 120, 70), across),
		woven("stripes on grain", seed, stripes(14, 20), grain(3, 3), blob(160, 120, 70), across),
		woven("knit across on knit down", seed, grain(5, 0), grain(0, 5), box(90, 60, 230, 180), across),
		woven("leaves on dots", seed, leaves(10), dots(10), disc(170, 110, 60), []point{{140, 110}, {200, 110}}),
		woven("two strokes", seed, stripes(10, 70), leaves(12), either(disc(110, 120, 60), box(110, 90, 270, 150)), []point{{80, 110}, {120, 140}}, []point{{200, 110}, {250, 125}}),
	}
}

// tintedScenes are those where colours say more and more.
func tintedScenes() []scene {
	across := []point{{130, 120}, {190, 120}}
	var list []scene
	for _, more := range []float64{10, 20, 30, 40, 60} {
		list = append(list, tinted(fmt.Sprintf("stripes on dots, %v bluer", more), [3]float64{0, 0, more}, 1, stripes(9, 30), dots(9), disc(160, 120, 70), across))
	}
	return list
}

// colouredScenes are those where colours say enough.
func colouredScenes() []scene {
	thing, twin := disc(110, 120, 56), disc(240, 80, 40)
	across := []point{{80, 120}, {130, 120}}
	cross := either(box(60, 116, 260, 122), box(150, 30, 156, 210))
	return []scene{
		coloured("a disc and its twin", 0, either(thing, twin), thing, plain, across),
		coloured("with noise", 12, either(thing, twin), thing, plain, across),
		coloured("with more noise", 25, either(thing, twin), thing, plain, across),
		coloured("a star", 8, star(160, 120, 100), star(160, 120, 100), plain, []point{{150, 120}, {200, 120}}),
		coloured("a thin cross", 8, cross, cross, plain, []point{{100, 119}, {200, 119}}),
		coloured("a small thing", 8, disc(160, 120, 9), disc(160, 120, 9), plain, []point{{158, 120}, {162, 120}}),
		coloured("a ball in the light", 5, thing, thing, func(in bool, c int, x, y float64) float64 {
			if in {
				return plain(true, c, x, y) + 0.6*(x-110)
			}
			return plain(false, c, x, y)
		}, []point{{75, 120}, {145, 120}}),
		coloured("stripes of two colours each", 5, thing, thing, func(in bool, c int, x, y float64) float64 {
			return plain(in, c, x, y) + 30*math.Sin(x)
		}, across),
		coloured("a thing of two colours", 8, thing, thing, func(in bool, c int, x, y float64) float64 {
			if in && x > 110 {
				return [3]float64{90, 170, 60}[c]
			}
			return plain(in, c, x, y)
		}, across),
		coloured("a hill below the sky", 6, below, below, func(in bool, c int, x, y float64) float64 {
			return plain(in, c, x, y) + 0.2*(y-120)
		}, []point{{60, 190}, {250, 200}}),
	}
}
