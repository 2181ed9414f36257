package main

import (
	"image"
	"math"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine/pixel/label"
)

// Elements of the stage that are drawn on past go-app's rendering.
const (
	pictureID = "picture" // the canvas of the painting
	beforeID  = "before"  // the canvas of the photograph, above it
)

func (s *studio) renderStage() app.UI {
	frame := app.Div().Class("frame")
	if s.content == nil {
		frame = frame.Class("empty")
	}
	return app.Section().Class("stage").Role("region").Aria("label", words.Result).Body(
		frame.Body(
			app.Canvas().ID(pictureID).Width(4).Height(3),
			app.Canvas().ID(beforeID).Width(4).Height(3).Aria("hidden", true),
			app.If(s.content == nil, func() app.UI { return app.P().Class("hint").Text(words.NeedBoth) }),
		),
		// Always there, so that the frame does not jump when there is a result.
		app.Input().Class("compare").Type("range").Min(0).Max(100).Step(1).Value(s.split).
			Aria("label", words.Compare).Title(words.Compare).Disabled(s.result == nil).
			OnInput(func(ctx app.Context, _ app.Event) {
				s.split = ctx.JSSrc().Get("value").String()
				s.showSplit()
			}),
		app.If(s.problem != "", func() app.UI { return app.P().Class("problem").Role("alert").Text(s.problem) }),
	)
}

// fit is pixel.Fit, without the resampling that the page would load along with it.
func fit(w, h, longer int) (int, int) {
	scale := float64(longer) / float64(max(w, h))
	return max(1, int(math.Round(float64(w)*scale))), max(1, int(math.Round(float64(h)*scale)))
}

// showContent draws the photograph at the size of the result, so that the frame has
// its aspect from the first moment.
func (s *studio) showContent() {
	if s.content == nil || s.result != nil {
		return
	}
	w, h := fit(s.content.w, s.content.h, s.recipe.Size)
	s.drawPhotograph(w, h, pictureID, beforeID)
	s.split = "0"
	s.showSplit()
}

// drawPhotograph draws the photograph on canvases, which it brings to that size.
func (s *studio) drawPhotograph(w, h int, ids ...string) {
	img := app.Window().Get("Image").New()
	photograph := s.content
	var loaded app.Func
	loaded = app.FuncOf(func(app.Value, []app.Value) any {
		loaded.Release()
		if s.content != photograph {
			return nil
		}
		for _, id := range ids {
			canvas := app.Window().GetElementByID(id)
			if !canvas.Truthy() {
				continue
			}
			canvas.Set("width", w)
			canvas.Set("height", h)
			pen := canvas.Call("getContext", "2d")
			pen.Set("imageSmoothingQuality", "high")
			pen.Call("drawImage", img, 0, 0, w, h)
		}
		return nil
	})
	img.Call("addEventListener", "load", loaded)
	img.Set("src", photograph.url)
}

// draw shows a preview or result on the painting's canvas, keeping the canvas's size.
func draw(img *image.NRGBA) {
	canvas := app.Window().GetElementByID(pictureID)
	if !canvas.Truthy() {
		return
	}
	pen := canvas.Call("getContext", "2d")
	pen.Set("imageSmoothingQuality", "high")
	w, h := canvas.Get("width").Int(), canvas.Get("height").Int()
	pen.Call("clearRect", 0, 0, w, h) // for what shows through
	pen.Call("drawImage", offscreen(img), 0, 0, w, h)
}

// offscreen returns a canvas of the picture's own size.
func offscreen(img *image.NRGBA) app.Value {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	bytes := app.Window().Get("Uint8ClampedArray").New(len(img.Pix))
	app.CopyBytesToJS(bytes, img.Pix)
	canvas := app.Window().Get("OffscreenCanvas").New(w, h)
	canvas.Call("getContext", "2d").Call("putImageData", app.Window().Get("ImageData").New(bytes, w, h), 0, 0)
	return canvas
}

// showSplit uncovers the photograph from the left as far as the slider says.
func (s *studio) showSplit() {
	if before := app.Window().GetElementByID(beforeID); before.Truthy() {
		percent, err := strconv.ParseFloat(s.split, 64)
		if err != nil {
			percent = 0
		}
		before.Get("style").Set("clipPath", "inset(0 "+strconv.FormatFloat(100-percent, 'f', 1, 64)+"% 0 0)")
	}
}

// download saves the result as a PNG file named after the photograph.
func (s *studio) download() {
	if s.result == nil {
		return
	}
	name := s.content.file.Name
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		name = name[:dot]
	}
	recipe := s.result.Recipe
	failed := func() { s.complain(words.Failed) }
	blob := offscreen(s.result.Picture).Call("convertToBlob", map[string]any{"type": "image/png"})
	settle(blob, func(blob app.Value) {
		settle(blob.Call("arrayBuffer"), func(buffer app.Value) {
			bytes := app.Window().Get("Uint8Array").New(buffer)
			file := make([]byte, bytes.Get("length").Int())
			app.CopyBytesToGo(file, bytes)
			file, err := label.Insert(file, recipe)
			if err != nil {
				failed()
				return
			}
			save(file, name+"-painted.png")
		}, failed)
	}, failed)
}

// save gives the person a PNG file.
func save(file []byte, name string) {
	bytes := app.Window().Get("Uint8Array").New(len(file))
	app.CopyBytesToJS(bytes, file)
	blob := app.Window().Get("Blob").New([]any{bytes}, map[string]any{"type": "image/png"})
	urls := app.Window().Get("URL")
	url := urls.Call("createObjectURL", blob)
	link := app.Window().Get("document").Call("createElement", "a")
	link.Set("href", url)
	link.Set("download", name)
	link.Call("click")
	urls.Call("revokeObjectURL", url)
}
