package masks

import (
	"fmt"

	"trappedinart/web/dom"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A touch is where a pointer is on the mask, in its pixels, and how hard it is pressed.
type touch struct{ x, y, pressure float64 }

// touchesOf are those of an event, with those that the browser held back since the last.
func touchesOf(canvas, e app.Value) []touch {
	box := canvas.Call("getBoundingClientRect")
	across := canvas.Get("width").Float() / max(1, box.Get("width").Float())
	down := canvas.Get("height").Float() / max(1, box.Get("height").Float())
	left, top := box.Get("left").Float(), box.Get("top").Float()
	of := func(e app.Value) touch {
		t := touch{(e.Get("clientX").Float() - left) * across, (e.Get("clientY").Float() - top) * down, 1}
		if e.Get("pointerType").String() == "pen" { // others have none to tell
			t.pressure = e.Get("pressure").Float()
		}
		return t
	}
	if e.Get("getCoalescedEvents").Truthy() {
		if held := e.Call("getCoalescedEvents"); held.Length() > 0 {
			list := make([]touch, held.Length())
			for i := range list {
				list[i] = of(held.Index(i))
			}
			return list
		}
	}
	return []touch{of(e)}
}

// Listen paints with mouse, pen and finger. Two fingers move the page instead.
func (s *Editor) Listen() {
	canvas, ok := dom.Element(maskID)
	if !ok {
		return
	}
	pointer := -1 // that paints; of the browser's callbacks, which come one at a time
	listen := func(name string, hear func(e app.Value)) {
		canvas.Call("addEventListener", name, app.FuncOf(func(_ app.Value, args []app.Value) any {
			hear(args[0])
			return nil
		}))
	}
	later := func(act func()) {
		s.desk.Page.Quietly(act) // nothing but canvases changes, many times a second
	}
	listen("pointerdown", func(e app.Value) {
		if e.Get("button").Int() != 0 || pointer >= 0 {
			return
		}
		pointer = e.Get("pointerId").Int()
		_ = dom.Try(func() { canvas.Call("setPointerCapture", pointer) }) // a pointer may be gone already
		e.Call("preventDefault")
		canvas.Call("focus", map[string]any{"preventScroll": true, "focusVisible": false})
		touches := touchesOf(canvas, e)
		later(func() { s.setDown(touches[0]) })
	})
	listen("pointermove", func(e app.Value) {
		touches := touchesOf(canvas, e)
		paints := e.Get("pointerId").Int() == pointer
		later(func() { s.drag(touches, paints) })
	})
	end := func(whole bool) func(e app.Value) {
		return func(e app.Value) {
			if e.Get("pointerId").Int() == pointer {
				pointer = -1
				s.desk.Page.Dispatch(func() { s.lift(whole) })
			}
		}
	}
	listen("pointerup", end(true))
	listen("lostpointercapture", end(true))
	listen("pointercancel", end(false)) // the fingers are two
	listen("keydown", func(e app.Value) {
		if step, ok := arrows[e.Get("key").String()]; ok || e.Get("key").String() == " " {
			e.Call("preventDefault")
			paints := e.Get("shiftKey").Bool() || !ok
			s.desk.Page.Dispatch(func() { s.walk(step, paints) })
		}
	})
}

// setDown begins a stroke.
func (s *Editor) setDown(t touch) {
	m := s
	if !m.open || s.desk.Masks == nil || m.stroke != nil {
		return
	}
	stroke, part := s.desk.Masks.Mask(m.at).Begin(s.brush(), t.x, t.y, t.pressure)
	m.stroke = stroke
	s.moveBrush(t)
	s.showMask(part)
}

// drag goes on with the stroke, if the pointer paints one.
func (s *Editor) drag(touches []touch, paints bool) {
	s.moveBrush(touches[len(touches)-1])
	if s.stroke == nil || !paints {
		return
	}
	for _, t := range touches {
		s.showMask(s.stroke.To(t.x, t.y, t.pressure))
	}
}

// lift ends the stroke, and takes it back if it was none.
func (s *Editor) lift(whole bool) {
	stroke := s.stroke
	if stroke == nil {
		return
	}
	s.stroke = nil
	if whole {
		s.desk.Masks.Finish(stroke)
		return
	}
	stroke.TakeBack()
	s.chooseLayer(s.at)
}

// arrows are the keys that move the brush.
var arrows = map[string]touch{"ArrowLeft": {x: -1}, "ArrowRight": {x: 1}, "ArrowUp": {y: -1}, "ArrowDown": {y: 1}}

// walk moves the brush by half its radius, painting or not.
func (s *Editor) walk(step touch, paints bool) {
	m := s
	if !m.open || s.desk.Masks == nil || m.stroke != nil {
		return
	}
	far := max(2, s.brush().Radius/2)
	from := touch{m.x, m.y, 1}
	w, h := s.desk.Masks.Size()
	to := touch{min(float64(w), max(0, m.x+far*step.x)), min(float64(h), max(0, m.y+far*step.y)), 1}
	if paints {
		s.setDown(from)
		s.drag([]touch{to}, true)
		s.lift(true)
	}
	s.moveBrush(to)
}

// moveBrush shows the brush's outline there.
func (s *Editor) moveBrush(t touch) {
	s.x, s.y = t.x, t.y
	s.showBrush()
}

func (s *Editor) showBrush() {
	ring, ok := dom.Element(brushID)
	if !ok || s.desk.Masks == nil {
		return
	}
	per := func(v float64, of int) string { return fmt.Sprintf("%.3f%%", 100*v/float64(of)) }
	w, h := s.desk.Masks.Size()
	style := ring.Get("style")
	style.Set("left", per(s.x, w))
	style.Set("top", per(s.y, h))
	style.Set("width", per(2*s.brush().Radius, w))
}
