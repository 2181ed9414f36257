package mask

import (
	"image"
	"slices"
	"testing"

	"trappedinart/engine/segment"
)

// draw paints one stroke through the points.
func draw(l *Layers, at int, b Brush, points ...image.Point) {
	var s *Stroke
	for i, p := range points {
		if i == 0 {
			s, _ = l.Mask(at).Begin(b, float64(p.X), float64(p.Y), 1)
		} else {
			s.To(float64(p.X), float64(p.Y), 1)
		}
	}
	l.Finish(s)
}

func (m *Mask) value(x, y int) uint8 { return m.at[y*m.w+x] }

func TestStroke(t *testing.T) {
	l := NewLayers(100, 60)
	draw(l, 0, Brush{Radius: 8}, image.Pt(20, 30), image.Pt(80, 30))
	m := l.Mask(0)
	for _, c := range []struct {
		x, y int
		want uint8
	}{{20, 30, 255}, {50, 30, 255}, {79, 36, 255}, {50, 23, 255}, {50, 20, 0}, {50, 40, 0}, {10, 30, 0}, {90, 30, 0}, {13, 24, 0}} {
		if got := m.value(c.x, c.y); got != c.want {
			t.Errorf("at %d, %d it is %d, want %d", c.x, c.y, got, c.want)
		}
	}
	draw(l, 0, Brush{Radius: 8, Erase: true}, image.Pt(50, 30))
	if a, b := m.value(50, 30), m.value(30, 30); a != 0 || b != 255 {
		t.Errorf("after erasing it is %d there and %d beside", a, b)
	}
	// Beyond the edges nothing breaks.
	draw(l, 0, Brush{Radius: 30, Softness: 1}, image.Pt(-500, -500), image.Pt(900, 20), image.Pt(3, 900))
}

// A soft brush fades outwards, and the same stroke over the same place does not add up.
func TestSoftness(t *testing.T) {
	l := NewLayers(100, 100)
	b := Brush{Radius: 40, Softness: 1}
	draw(l, 0, b, image.Pt(50, 50))
	m := l.Mask(0)
	last := uint8(255)
	for x := 50; x < 92; x++ {
		if v := m.value(x, 50); v > last {
			t.Fatalf("it grows outwards: %d after %d at %d", v, last, x)
		} else {
			last = v
		}
	}
	half := m.value(70, 50)
	if half < 90 || half > 165 || last != 0 {
		t.Errorf("half way out it is %d, outside %d", half, last)
	}
	draw(l, 1, b, image.Pt(50, 50), image.Pt(50, 50), image.Pt(50, 51), image.Pt(50, 50))
	if got := l.Mask(1).value(70, 50); got < half || got > half+3 {
		t.Errorf("passed four times it is %d, once %d", got, half)
	}
	draw(l, 1, b, image.Pt(50, 50))
	if got := l.Mask(1).value(70, 50); got <= half+20 {
		t.Errorf("a second stroke does not add: %d", got)
	}
}

func TestPressure(t *testing.T) {
	count := func(pressure float64) (n int) {
		m := newMask(100, 100)
		m.Begin(Brush{Radius: 30}, 50, 50, pressure)
		for _, v := range m.at {
			if v > 127 {
				n++
			}
		}
		return n
	}
	light, full := count(0.5), count(1)
	if light < full/5 || light > full/3 || count(0) == 0 || count(7) != full {
		t.Errorf("half pressed %d pixels, full %d, none %d", light, full, count(0))
	}
}

func TestMaskUndo(t *testing.T) {
	l := NewLayers(40, 30)
	var states [][]uint8
	see := func() {
		states = append(states, slices.Concat(l.Mask(0).at, l.Mask(1).at, l.Mask(Keep).at))
	}
	see()
	for _, act := range []func(){
		func() { draw(l, 0, Brush{Radius: 5, Softness: 0.5}, image.Pt(10, 10), image.Pt(20, 15)) },
		func() { l.Invert(0) },
		func() { draw(l, Keep, Brush{Radius: 3}, image.Pt(0, 0)) },
		func() { l.Fill(1, 255) },
		func() { draw(l, 1, Brush{Radius: 9, Erase: true}, image.Pt(30, 20)) },
		func() { l.Swap(1) },
		func() { l.Replace(0, make([]uint8, 40*30)) },
	} {
		act()
		see()
		if n := len(states); slices.Equal(states[n-1], states[n-2]) {
			t.Fatalf("step %d changes nothing", n-1)
		}
	}
	check := func(i int) {
		t.Helper()
		see()
		if !slices.Equal(states[len(states)-1], states[i]) {
			t.Errorf("it is not as it was after step %d", i)
		}
	}
	where := []int{0, 0, Keep, 1, 1, 1, 0}
	for i := 6; i >= 0; i-- {
		if at, ok := l.Undo(); !ok || at != where[i] {
			t.Errorf("undo says layer %d, %v", at, ok)
		}
		check(i)
	}
	if _, ok := l.Undo(); ok {
		t.Error("there is more to undo than was done")
	}
	for i := 1; i <= 7; i++ {
		l.Redo()
		check(i)
	}
	l.Undo()
	l.Invert(1)
	if _, ok := l.Redo(); ok {
		t.Error("what was taken back can be done again after something else")
	}
}

func TestMaskUndoIsBounded(t *testing.T) {
	l := NewLayers(1024, 1024)
	for range 100 {
		l.Invert(0)
	}
	size := 0
	for _, c := range l.past {
		size += len(c[0].rows)
	}
	if size > rememberedBytes || len(l.past) < 20 {
		t.Errorf("%d changes with %d bytes are remembered", len(l.past), size)
	}
}

func TestSwap(t *testing.T) {
	l := NewLayers(10, 10)
	draw(l, 0, Brush{Radius: 3}, image.Pt(2, 2))
	first := slices.Clone(l.Mask(0).at)
	l.Swap(0) // alone: with the rest
	for i, v := range l.Mask(0).at {
		if v != 255-first[i] {
			t.Fatalf("place %d has %d and had %d", i, v, first[i])
		}
	}
	l.Undo()
	draw(l, 1, Brush{Radius: 2}, image.Pt(8, 8))
	second := slices.Clone(l.Mask(1).at)
	l.Swap(0) // with the other style
	if !slices.Equal(l.Mask(0).at, second) || !slices.Equal(l.Mask(1).at, first) {
		t.Error("two styles have not changed places")
	}
}

func TestLayersFollowStyles(t *testing.T) {
	l := NewLayers(10, 10)
	for i := range 3 {
		draw(l, i, Brush{Radius: 2}, image.Pt(3*i, 5))
	}
	second, third := l.Mask(1), l.Mask(2)
	l.Remove(1)
	if l.Peek(1) != third || l.Peek(2) != nil {
		t.Error("the third style's mask is not the second's now")
	}
	for {
		if _, ok := l.Undo(); !ok {
			break
		}
	}
	if l.Painted() || !second.Painted() {
		t.Error("what is undone is not what was painted on the layers that are left")
	}
	l.Redo()
	l.Redo()
	l.Cut(1)
	if l.Peek(0) == nil || l.Peek(1) != nil || !l.Painted() {
		t.Error("one style has not one mask")
	}
	if none := (*Layers)(nil); none.Peek(0) != nil || none.Peek(Keep) != nil || none.Painted() {
		t.Error("no layers have something in them")
	}
}

// A mask's picture says what the mask says.
func TestWhiteness(t *testing.T) {
	l := NewLayers(300, 200)
	draw(l, 0, Brush{Radius: 40, Softness: 0.8}, image.Pt(100, 100), image.Pt(200, 120))
	if m := l.Mask(0); !slices.Equal(Whiteness(m.Grey().Pix), m.at) {
		t.Error("the picture has other values")
	}
	if got := Whiteness([]uint8{255, 255, 255, 128, 0, 255, 0, 255, 9, 9, 9, 0}); !slices.Equal(got, []uint8{128, 182, 0}) {
		t.Errorf("whiteness is %d", got)
	}
}

// Scribbles are found however thin, what is painted elsewhere stops them, and what has grown
// comes back in the mask's size.
func TestSeedsAndEnlarged(t *testing.T) {
	l := NewLayers(40, 20)
	l.Mask(0).at[3*40+7] = 255
	l.Mask(1).at[10*40+30] = 255
	l.Mask(Keep).at[3*40+6] = 255 // in the same place, which is this layer's
	l.Mask(Keep).at[19*40+39] = 255
	want := make([]uint8, 10*5)
	want[0*10+1], want[2*10+7], want[4*10+9] = segment.Inside, segment.Outside, segment.Outside
	if got := l.Seeds(0, 10, 5); !slices.Equal(got, want) {
		t.Errorf("the seeds are %d, want %d", got, want)
	}
	values := make([]uint8, 10*5)
	for i := range values {
		if i%10 < 5 {
			values[i] = 255
		}
	}
	got := &Mask{w: 40, h: 20, at: l.Mask(1).Enlarged(values, 10, 5)}
	for _, c := range []struct {
		x, y int
		want uint8
	}{{0, 0, 255}, {17, 19, 255}, {18, 10, 223}, {19, 10, 159}, {20, 10, 96}, {22, 10, 0}, {39, 19, 0}, {30, 10, 255}} {
		if v := got.value(c.x, c.y); v != c.want {
			t.Errorf("at %d, %d it is %d, want %d", c.x, c.y, v, c.want)
		}
	}
}
