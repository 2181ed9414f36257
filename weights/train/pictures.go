//go:build !js

package train

import (
	"context"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// A source is a picture file, and the picture at the sizes that crops are taken from.
type source struct {
	file  engine.File
	sizes []*image.NRGBA
}

// The sizes of a picture that crops are taken from, as shares of its own.
var shares = []float64{1, 0.71, 0.5, 0.36}

// readPictures reads the pictures of a directory, at every size at which a crop of the
// given side fits.
func readPictures(ctx context.Context, dir string, side int) ([]source, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, engine.Errorf(engine.Unreadable, "The pictures in %q cannot be read (%w); name a directory that is there.", dir, err)
	}
	var list []source
	for _, entry := range names {
		switch strings.ToLower(filepath.Ext(entry.Name())) {
		case ".jpg", ".jpeg", ".png", ".webp":
		default:
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		s := source{file: engine.File{Name: entry.Name(), Data: data}}
		img, err := pixel.Decode(ctx, s.file)
		if err != nil {
			return nil, err
		}
		b := img.Bounds()
		for _, share := range shares {
			w, h := int(share*float64(b.Dx())), int(share*float64(b.Dy()))
			if min(w, h) < side {
				break
			}
			s.sizes = append(s.sizes, pixel.Image(pixel.Planes(img, w, h), w, h))
		}
		if s.sizes != nil {
			list = append(list, s)
		}
	}
	if len(list) < 2 {
		return nil, engine.Errorf(engine.MissingPicture, "%q holds %d pictures of %d px or more; training needs at least two, and does well with hundreds.", dir, len(list), side)
	}
	return list, nil
}

// crop returns planes [3,side,side] cut from a picture at random.
func crop(random *rand.Rand, sizes []*image.NRGBA, side int) []float32 {
	img := sizes[random.IntN(len(sizes))]
	b := img.Bounds()
	x, y := random.IntN(b.Dx()-side+1), random.IntN(b.Dy()-side+1)
	planes := make([]float32, 3*side*side)
	for row := range side {
		from := img.Pix[img.PixOffset(b.Min.X+x, b.Min.Y+y+row):]
		for col := range side {
			for c := range 3 {
				planes[(c*side+row)*side+col] = float32(from[4*col+c])
			}
		}
	}
	return planes
}

// vary changes a crop as pictures may differ without becoming something else: turned and
// mirrored, its channels exchanged, brighter and darker, and with noise.
func vary(random *rand.Rand, planes []float32, side int) []float32 {
	out := make([]float32, len(planes))
	turn := random.IntN(8)
	channels := []int{0, 1, 2}
	if random.Float64() < 0.3 {
		random.Shuffle(3, func(i, j int) { channels[i], channels[j] = channels[j], channels[i] })
	}
	contrast := math.Exp(0.25 * random.NormFloat64())
	lift := 15 * random.NormFloat64()
	noise := 0.
	if random.Float64() < 0.3 {
		noise = 12 * random.Float64()
	}
	for c := range 3 {
		shift := lift + 8*random.NormFloat64()
		from := planes[channels[c]*side*side:][:side*side]
		to := out[c*side*side:][:side*side]
		for y := range side {
			for x := range side {
				v, u := y, x
				if turn&1 != 0 {
					v, u = u, v
				}
				if turn&2 != 0 {
					v = side - 1 - v
				}
				if turn&4 != 0 {
					u = side - 1 - u
				}
				p := float64(from[v*side+u])
				p = 128 + contrast*(p-128) + shift
				if noise > 0 {
					p += noise * random.NormFloat64()
				}
				to[y*side+x] = float32(min(max(p, -20), 275)) // the optimiser's pictures are not held to 0..255 either
			}
		}
	}
	return out
}

// split keeps every n-th picture out of training.
func split(list []source, n int) (train, held []source) {
	for i, s := range list {
		if i%n == n-1 {
			held = append(held, s)
		} else {
			train = append(train, s)
		}
	}
	if held == nil {
		held = slices.Clone(train[len(train)-1:])
	}
	return train, held
}
