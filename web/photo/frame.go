package photo

import (
	"fmt"
	"slices"
	"time"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A Frame is an element in which a picture is shown, as large as one wants.
type Frame struct {
	ID string
	// Busy says whether the pointer's main button does something else in it; may be nil.
	Busy func() bool

	loop desk.Loop
	zoom int // size of a pixel, or 0 to show all
}

// NewFrame is for the element of that id.
func NewFrame(loop desk.Loop, id string) *Frame { return &Frame{ID: id, loop: loop} }

// Zoomed says whether not all is shown.
func (f *Frame) Zoomed() bool { return f.zoom > 0 }

// Set sets a custom property, from which the style sheet lays the frame out.
func (f *Frame) Set(name string, value any) { dom.SetProperty(f.ID, name, value) }

// ShowAll zooms out.
func (f *Frame) ShowAll() {
	f.zoom = 0
	f.Set("--zoom", 0)
}

// zooms are the sizes of a pixel; 0 shows the whole picture.
var zooms = []int{0, 1, 2, 4, 8}

// Render has the size of a pixel, and changes it.
func (f *Frame) Render(shown bool) app.UI {
	label := words.T("Fit")
	if f.zoom > 0 {
		label = fmt.Sprintf("%d : 1", f.zoom)
	}
	return app.Div().Class("zoom").Body(
		dom.Tool("out", words.T("Zoom out"), func() { f.zoomBy(-1) }, f.ID).Disabled(f.zoom == 0),
		app.Output().Text(label),
		dom.Tool("in", words.T("Zoom in"), func() { f.zoomBy(1) }, f.ID).Disabled(!shown || f.zoom == zooms[len(zooms)-1]),
	)
}

func (f *Frame) zoomBy(step int) {
	frame, ok := dom.Element(f.ID)
	at := slices.Index(zooms, f.zoom) + step
	if !ok || at < 0 || at >= len(zooms) {
		return
	}
	// The point in the middle stays there.
	middle := func(scroll, all, seen string) float64 {
		return (frame.Get(scroll).Float() + frame.Get(seen).Float()/2) / frame.Get(all).Float()
	}
	x, y := middle("scrollLeft", "scrollWidth", "clientWidth"), middle("scrollTop", "scrollHeight", "clientHeight")
	f.zoom = zooms[at]
	f.Set("--zoom", f.zoom)
	f.loop.After(layoutTakes, func() {
		frame.Set("scrollLeft", x*frame.Get("scrollWidth").Float()-frame.Get("clientWidth").Float()/2)
		frame.Set("scrollTop", y*frame.Get("scrollHeight").Float()-frame.Get("clientHeight").Float()/2)
	})
}

// layoutTakes is a moment in which the browser has laid out what changed.
const layoutTakes = 40 * time.Millisecond

// Listen moves a picture that is larger than its frame; where the main button is busy, by the
// middle button.
func (f *Frame) Listen() {
	frame, ok := dom.Element(f.ID)
	if !ok {
		return
	}
	frame.Call("addEventListener", "pointermove", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		button := 1
		if f.Busy != nil && f.Busy() {
			button = 4
		}
		if frame.Call("matches", ".zoomed").Bool() && e.Get("buttons").Int() == button && e.Get("pointerType").String() == "mouse" && !e.Get("target").Call("matches", "input").Bool() {
			frame.Call("scrollBy", -e.Get("movementX").Float(), -e.Get("movementY").Float())
		}
		return nil
	}))
}
