package sight_test

import (
	"context"
	"errors"
	"image"
	"math"
	"testing"
	"time"

	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/segment"
	"trappedinart/engine/segment/sight"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

func network(t *testing.T) *vgg.Weights {
	t.Helper()
	w, err := weights.Parse(weights.Small())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// compare grows the strokes of scenes by colours alone, and by what the network sees as
// well, and returns the overlaps with what is known. The log also has what the network does
// alone: the picture is then of one colour.
func compare(t *testing.T, what string, scenes []scene) (alone, both []float64) {
	w, be := network(t), cpu.New(0)
	means := [3]float64{}
	for _, s := range scenes {
		seeds := s.seeds()
		began := time.Now()
		seen, err := sight.Of(t.Context(), be, w, s.img)
		if err != nil {
			t.Fatal(err)
		}
		looked := time.Now()
		var got [3]float64
		var took [3]time.Duration
		for i, by := range []struct {
			img  *image.NRGBA
			seen *segment.Sight
		}{{s.img, nil}, {s.img, seen}, {image.NewNRGBA(s.img.Rect), seen}} {
			began := time.Now()
			grown, err := segment.Grow(t.Context(), by.img, seeds, by.seen)
			if err != nil {
				t.Fatal(err)
			}
			got[i], took[i] = s.overlap(grown), time.Since(began).Round(time.Millisecond)
			means[i] += got[i] / float64(len(scenes))
		}
		alone, both = append(alone, got[0]), append(both, got[1])
		t.Logf("%-32s %.3f, both %.3f, the network alone %.3f; in %v, and %v + %v", s.name, got[0], got[1], got[2], took[0], looked.Sub(began).Round(time.Millisecond), took[1])
	}
	t.Logf("%-32s %.3f, both %.3f, the network alone %.3f", what, means[0], means[1], means[2])
	return alone, both
}

// Textures of the very same colours are told apart. The numbers in package segment were found
// with the first seed; the second makes others of the kind.
func TestTextures(t *testing.T) {
	seeds := []uint64{1, 2}
	if testing.Short() {
		seeds = seeds[:1]
	}
	for _, seed := range seeds {
		scenes := texturedScenes(seed)
		alone, both := compare(t, "textures", scenes)
		mean := 0.0
		for i, s := range scenes {
			mean += both[i] / float64(len(scenes))
			if !(both[i] > 0.5) || !(both[i] > alone[i]+0.3) {
				t.Errorf("%s %d: the overlap is %.3f, by colours alone %.3f", s.name, seed, both[i], alone[i])
			}
		}
		if !(mean > 0.9) {
			t.Errorf("textures %d: the overlap is %.3f in the mean", seed, mean)
		}
	}
}

// Textures that differ a little in colour too do not lose by it.
func TestTintedTextures(t *testing.T) {
	scenes := tintedScenes()
	alone, both := compare(t, "tinted textures", scenes)
	for i, s := range scenes {
		if !(both[i] > 0.85) || !(both[i] > alone[i]-0.01) {
			t.Errorf("%s: the overlap is %.3f, by colours alone %.3f", s.name, both[i], alone[i])
		}
	}
}

// Where colours suffice nothing is lost.
func TestColours(t *testing.T) {
	notWorse(t, "colours", colouredScenes())
}

func notWorse(t *testing.T, what string, scenes []scene) {
	t.Helper()
	alone, both := compare(t, what, scenes)
	for i, s := range scenes {
		if !(both[i] > alone[i]-0.005) {
			t.Errorf("%s: the overlap is %.3f, by colours alone %.3f", s.name, both[i], alone[i])
		}
	}
}

// Pictures of any size are seen, and the same is the same everywhere.
func TestSizes(t *testing.T) {
	w := network(t)
	for _, size := range [][2]int{{1, 1}, {1, 9}, {3, 2}, {4, 4}, {5, 8}, {17, 33}} {
		img := image.NewNRGBA(image.Rect(0, 0, size[0], size[1]))
		for i := range img.Pix {
			img.Pix[i] = 90
		}
		s, err := sight.Of(t.Context(), cpu.New(1), w, img)
		if err != nil {
			t.Fatal(err)
		}
		if s.W != (size[0]+3)/4 || s.H != (size[1]+3)/4 || len(s.Values) != s.W*s.H*s.C {
			t.Fatalf("%v is seen as %d x %d x %d", size, s.W, s.H, s.C)
		}
		for i, v := range s.Values {
			if !(math.Abs(float64(v)) < 1e-2) {
				t.Fatalf("%v of one colour has %v at %d", size, v, i)
			}
		}
		if _, err := segment.Grow(t.Context(), img, make([]uint8, size[0]*size[1]), s); err != nil {
			t.Fatal(err)
		}
	}
}

// A network that ends too early, and one that is stopped.
func TestNoSight(t *testing.T) {
	w := network(t)
	img := image.NewNRGBA(image.Rect(0, 0, 8, 8))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := sight.Of(ctx, cpu.New(1), w, img); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped, it says %v", err)
	}
	w.Convs = w.Convs[:2]
	if s, err := sight.Of(t.Context(), cpu.New(1), w, img); err == nil {
		t.Errorf("of two layers it sees %v", s)
	}
}
