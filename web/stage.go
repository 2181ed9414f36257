package main

import (
	"fmt"
	"image"
	"slices"
	"strconv"
	"time"

	"trappedinart/web/dom"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Elements of the stage that are drawn on past go-app's rendering.
const (
	frameID   = "frame"   // what the picture lies in
	pictureID = "picture" // the canvas of the painting
	beforeID  = "before"  // the canvas of the photograph, above it
	maskID    = "mask"    // the canvas of the mask that is painted, above both
	brushID   = "brush"   // the brush on it
)

func (s *studio) renderStage() app.UI {
	stage := app.Section().Class("stage").Role("region").Aria("label", words.Result)
	if s.beside {
		stage = stage.Class("beside")
	}
	frame := app.Div().ID(frameID).Class("frame").TabIndex(0).Role("group").Aria("label", words.Picture)
	if s.content == nil {
		frame = frame.Class("empty")
	}
	if s.zoom > 0 {
		frame = frame.Class("zoomed")
	}
	if s.masking.open {
		frame = frame.Class("masking")
	}
	return stage.Body(
		frame.Body(
			app.Div().Class("sheet").Body(
				app.Canvas().ID(pictureID).Width(4).Height(3),
				app.Canvas().ID(beforeID).Width(4).Height(3).Aria("hidden", true),
				// Always there, so that nothing jumps when there is a result.
				app.Input().ID("compare").Class("compare").Type("range").Min(0).Max(100).Step(1).Value(s.split).
					Aria("label", words.Compare).Title(words.Compare).Disabled(s.run.Result == nil || s.busy()).
					OnInput(func(ctx app.Context, _ app.Event) {
						s.split = ctx.JSSrc().Get("value").String()
						s.showSplit()
					}),
				app.Canvas().ID(maskID).Width(4).Height(3).TabIndex(0).Role("application").Hidden(!s.masking.open).
					Aria("label", s.layerName(s.masking.at)).Aria("description", words.MaskKeys),
				app.Div().ID(brushID).Hidden(!s.masking.open),
			),
			app.If(s.content == nil, func() app.UI { return app.P().Class("hint").Text(words.NeedBoth) }),
		),
		app.If(s.beside, func() app.UI {
			return app.Div().Class("originals").Body(app.Range(s.styles).Slice(func(i int) app.UI {
				return app.Img().Src(s.styles[i].full()).Alt(s.styles[i].file.Name)
			}))
		}),
		s.renderView(),
		app.If(s.problem != "", func() app.UI {
			return app.Div().Class("problem").Body(
				app.P().Role("alert").Text(s.problem),
				dom.Tool("remove", words.Dismiss, func() { s.problem = "" }),
			)
		}),
	)
}

// zooms are the sizes of a pixel; 0 shows the whole picture.
var zooms = []int{0, 1, 2, 4, 8}

// renderView has what changes the view of the result, and nothing else.
func (s *studio) renderView() app.UI {
	return app.Div().Class("view").Role("group").Aria("label", words.View).Body(
		s.renderZoom(frameID, &s.zoom, s.content != nil),
		dom.Tool("beside", words.Beside, func() { s.beside = !s.beside }).Aria("pressed", s.beside).Disabled(len(s.styles) == 0),
		dom.Tool("mask", words.EditMasks, s.editMasks).Aria("pressed", s.masking.open).Disabled(s.missing() != "" || s.busy()),
		dom.Tool("copy", words.Copy, s.copy).Disabled(s.run.Result == nil || s.busy()),
		app.If(s.canShare, func() app.UI {
			return dom.Tool("share", words.WebShare, s.webShare).Disabled(s.run.Result == nil || s.busy())
		}),
	)
}

// renderZoom has the size of a pixel in a frame, and changes it.
func (s *studio) renderZoom(frame string, zoom *int, shown bool) app.UI {
	label := words.Whole
	if *zoom > 0 {
		label = fmt.Sprintf("%d : 1", *zoom)
	}
	return app.Div().Class("zoom").Body(
		dom.Tool("out", words.ZoomOut, func() { s.zoomBy(frame, zoom, -1) }, frame).Disabled(*zoom == 0),
		app.Output().Text(label),
		dom.Tool("in", words.ZoomIn, func() { s.zoomBy(frame, zoom, 1) }, frame).Disabled(!shown || *zoom == zooms[len(zooms)-1]),
	)
}

func (s *studio) zoomBy(id string, zoom *int, step int) {
	frame, ok := dom.Element(id)
	at := slices.Index(zooms, *zoom) + step
	if !ok || at < 0 || at >= len(zooms) {
		return
	}
	// What is in the middle stays there.
	middle := func(scroll, all, seen string) float64 {
		return (frame.Get(scroll).Float() + frame.Get(seen).Float()/2) / frame.Get(all).Float()
	}
	x, y := middle("scrollLeft", "scrollWidth", "clientWidth"), middle("scrollTop", "scrollHeight", "clientHeight")
	*zoom = zooms[at]
	dom.SetProperty(id, "--zoom", *zoom)
	s.page.After(layoutTakes, func(app.Context) {
		frame.Set("scrollLeft", x*frame.Get("scrollWidth").Float()-frame.Get("clientWidth").Float()/2)
		frame.Set("scrollTop", y*frame.Get("scrollHeight").Float()-frame.Get("clientHeight").Float()/2)
	})
}

// layoutTakes is a moment in which the browser has laid out what changed.
const layoutTakes = 40 * time.Millisecond

func (s *studio) setStage(name string, value any) { dom.SetProperty(frameID, name, value) }

// listenToDrags moves a picture that is larger than its frame; where a mask is painted, by the
// middle button.
func (s *studio) listenToDrags(id string) {
	frame, ok := dom.Element(id)
	if !ok {
		return
	}
	frame.Call("addEventListener", "pointermove", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		button := 1
		if s.masking.open {
			button = 4
		}
		if frame.Call("matches", ".zoomed").Bool() && e.Get("buttons").Int() == button && e.Get("pointerType").String() == "mouse" && !e.Get("target").Call("matches", "input").Bool() {
			frame.Call("scrollBy", -e.Get("movementX").Float(), -e.Get("movementY").Float())
		}
		return nil
	}))
}

// showContent draws the photograph at the size of the result, so that the frame has
// its aspect from the first moment.
func (s *studio) showContent() {
	if s.content == nil || s.run.Result != nil || s.busy() {
		return
	}
	s.drawPhotograph(s.recipe.Size, pictureID, beforeID)
}

// drawPhotograph draws the photograph on canvases, whose longer sides become that size.
func (s *studio) drawPhotograph(longer int, ids ...string) {
	photograph := s.content
	w, h := dom.Fit(photograph.w, photograph.h, longer)
	s.setStage("--w", w)
	s.setStage("--h", h)
	s.setSplit("0")
	s.page.Async(func() {
		bitmap, err := dom.Await(app.Window().Call("createImageBitmap", photograph.blob, map[string]any{
			"imageOrientation": "from-image", "resizeWidth": w, "resizeHeight": h, "resizeQuality": "high",
		}))
		if err != nil {
			app.Log("the photograph cannot be shown:", err)
			return
		}
		s.page.Dispatch(func(app.Context) {
			defer bitmap.Call("close")
			if s.content != photograph {
				return
			}
			for _, id := range ids {
				// A preview may have come before this, which is not to be painted over.
				if canvas, ok := dom.Element(id); ok && !(id == pictureID && s.drawn) {
					canvas.Set("width", w)
					canvas.Set("height", h)
					canvas.Call("getContext", "2d").Call("drawImage", bitmap, 0, 0, w, h)
				}
			}
		})
	})
}

// draw shows a preview or result on the painting's canvas, at the size of the frame's
// picture.
func (s *studio) draw(img *image.NRGBA) {
	canvas, ok := dom.Element(pictureID)
	if !ok {
		return
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	if before, ok := dom.Element(beforeID); ok && s.busy() {
		w, h = max(w, before.Get("width").Int()), max(h, before.Get("height").Int())
	}
	if canvas.Get("width").Int() != w || canvas.Get("height").Int() != h {
		canvas.Set("width", w)
		canvas.Set("height", h)
	}
	pen := canvas.Call("getContext", "2d")
	pen.Set("imageSmoothingQuality", "high")
	pen.Call("clearRect", 0, 0, w, h) // for what shows through
	pen.Call("drawImage", dom.Offscreen(img), 0, 0, w, h)
	s.drawn = true
}

func (s *studio) setSplit(percent string) {
	s.split = percent
	s.showSplit()
}

// showSplit uncovers the photograph from the left as far as the slider says.
func (s *studio) showSplit() {
	percent, err := strconv.ParseFloat(s.split, 64)
	if err != nil {
		percent = 0
	}
	s.setStage("--split", percent/100)
}
