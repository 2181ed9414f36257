// Package result is the picture in the middle: before and after, its losses, and how it is saved.
package result

import (
	"image"
	"strconv"
	"time"

	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/photo"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Elements of the stage that are drawn on past go-app's rendering.
const (
	frameID   = "frame"   // what the picture lies in
	pictureID = "picture" // the canvas of the painting
	beforeID  = "before"  // the canvas of the photograph, above it
)

// A Stage shows the picture.
type Stage struct {
	desk  *desk.Desk
	frame *photo.Frame
	saver *photo.Saver

	split    string // of before and after, in per cent
	beside   bool   // the styles are shown beside the result
	drawn    bool   // the canvas shows something painted
	plotting bool   // the losses are shown large
	canShare bool   // results with other programs

	// AsOpened says whether the pictures are those that the page opens with, of which opening is
	// a painting: a bitmap, nil until it is there.
	AsOpened func() bool
	opening  app.Value

	plotted   plotted // losses that are shown small
	plottedAt time.Time
}

// New returns one for the desk. painting says whether masks are painted on the picture.
func New(d *desk.Desk, saver *photo.Saver, painting func() bool) *Stage {
	frame := photo.NewFrame(d.Page, frameID)
	frame.Busy = painting
	return &Stage{desk: d, frame: frame, saver: saver, split: "0"}
}

// Mount looks at the browser, and Listen at the element once it is there.
func (s *Stage) Mount()  { s.canShare = sharesFiles() }
func (s *Stage) Listen() { s.frame.Listen() }

// Render has the picture with what lies on it, and a tool more.
func (s *Stage) Render(over []app.UI, tool app.UI) app.UI {
	stage := app.Section().Class("stage").Role("region").Aria("label", words.T("Result"))
	if s.beside {
		stage = stage.Class("beside")
	}
	frame := app.Div().ID(frameID).Class("frame").TabIndex(0).Role("group").Aria("label", words.T("The picture"))
	if s.desk.Content == nil {
		frame = frame.Class("empty")
	}
	if s.frame.Zoomed() {
		frame = frame.Class("zoomed")
	}
	if s.frame.Busy() {
		frame = frame.Class("masking")
	}
	return stage.Body(
		frame.Body(
			app.Div().Class("sheet").Body(append([]app.UI{
				app.Canvas().ID(pictureID).Width(4).Height(3),
				app.Canvas().ID(beforeID).Width(4).Height(3).Aria("hidden", true),
				// Always there, so that nothing jumps when there is a result.
				app.Input().ID("compare").Class("compare").Type("range").Min(0).Max(100).Step(1).Value(s.split).
					Aria("label", words.T("Before and after")).Title(words.T("Before and after")).Disabled((s.desk.Run.Result == nil || s.desk.Busy()) && !s.desk.Opening).
					OnInput(func(ctx app.Context, _ app.Event) {
						s.split = ctx.JSSrc().Get("value").String()
						s.showSplit()
					}),
			}, over...)...),
			app.If(s.desk.Content == nil, func() app.UI { return app.P().Class("hint").Text(words.T("Choose a photograph and a painting.")) }),
		),
		app.If(s.beside, func() app.UI {
			return app.Div().Class("originals").Body(app.Range(s.desk.Styles).Slice(func(i int) app.UI {
				return app.Img().Src(photo.Full(s.desk.Styles[i])).Alt(s.desk.Styles[i].File.Name)
			}))
		}),
		s.renderView(tool),
		app.If(s.desk.Problem != "", func() app.UI {
			return app.Div().Class("problem").Body(
				app.P().Role("alert").Text(words.Translate(s.desk.Problem)),
				dom.Tool("remove", words.T("Dismiss"), func() { s.desk.Problem = "" }),
			)
		}),
	)
}

// renderView has what changes the view of the result, and nothing else.
func (s *Stage) renderView(tool app.UI) app.UI {
	return app.Div().Class("view").Role("group").Aria("label", words.T("View")).Body(
		s.frame.Render(s.desk.Content != nil),
		dom.Tool("beside", words.T("Beside the style"), func() { s.beside = !s.beside }).Aria("pressed", s.beside).Disabled(len(s.desk.Styles) == 0),
		tool,
		dom.Tool("copy", words.T("Copy the result"), s.copy).Disabled(s.desk.Run.Result == nil || s.desk.Busy()),
		app.If(s.canShare, func() app.UI {
			return dom.Tool("share", words.T("Share with another app"), s.webShare).Disabled(s.desk.Run.Result == nil || s.desk.Busy())
		}),
	)
}

// ShowContent draws the photograph at the size of the result, so that the frame has
// its aspect from the first moment.
func (s *Stage) ShowContent() {
	if s.desk.Content == nil || s.desk.Run.Result != nil || s.desk.Busy() {
		return
	}
	s.Photograph(s.desk.Longer(&s.desk.Recipe), true)
}

// Open fetches the painting that the page opens with; outside the event loop.
func (s *Stage) Open(path string) {
	answer, err := dom.Await(app.Window().Call("fetch", path))
	if err != nil || !answer.Get("ok").Bool() {
		return // a site without it is a site all the same
	}
	blob, err := dom.Await(answer.Call("blob"))
	if err == nil {
		blob, err = dom.Await(app.Window().Call("createImageBitmap", blob))
	}
	if err != nil {
		app.Log("the painting of the examples cannot be shown:", err)
		return
	}
	s.desk.Page.Dispatch(func() {
		s.opening = blob
	})
}

// opens says whether that painting is what is to be shown.
func (s *Stage) opens() bool {
	return s.opening != nil && s.desk.Run.Result == nil && !s.desk.Busy() && s.desk.Begin == nil && s.AsOpened()
}

// Reopen shows it, or no longer, if the pictures have changed; before every rendering.
func (s *Stage) Reopen() {
	if s.desk.Opening != s.opens() {
		s.ShowContent()
	}
}

// NothingDrawn says that what the painting's canvas shows may be painted over.
func (s *Stage) NothingDrawn() { s.drawn = false }

// Show has a result in the picture, and the photograph before it, at that size.
func (s *Stage) Show(img *image.NRGBA, longer int) {
	s.NothingDrawn()
	s.Photograph(longer, false)
	s.Draw(img)
}

// Photograph draws the photograph as the picture before, and as the painting if there is none.
// The longer side becomes that size.
func (s *Stage) Photograph(longer int, painted bool) {
	ids := []string{beforeID}
	if painted {
		ids = []string{pictureID, beforeID}
	}
	photograph := s.desk.Content
	w, h := photograph.Fit(longer)
	s.frame.Set("--w", w)
	s.frame.Set("--h", h)
	s.desk.Opening = painted && s.opens()
	s.setSplit("0")
	if s.desk.Opening {
		s.setSplit("50") // so that both are seen
	}
	s.desk.Page.Async(func() {
		bitmap, err := dom.Await(app.Window().Call("createImageBitmap", photo.Blob(photograph), map[string]any{
			"imageOrientation": "from-image", "resizeWidth": w, "resizeHeight": h, "resizeQuality": "high",
		}))
		if err != nil {
			app.Log("the photograph cannot be shown:", err)
			return
		}
		s.desk.Page.Dispatch(func() {
			defer bitmap.Call("close")
			if s.desk.Content != photograph {
				return
			}
			for _, id := range ids {
				// A preview may have come before this, which is not to be painted over.
				if canvas, ok := dom.Element(id); ok && !(id == pictureID && s.drawn) {
					canvas.Set("width", w)
					canvas.Set("height", h)
					shown := bitmap
					if id == pictureID && s.desk.Opening {
						shown = s.opening
					}
					canvas.Call("getContext", "2d").Call("drawImage", shown, 0, 0, w, h)
				}
			}
		})
	})
}

// Draw shows a preview or result on the painting's canvas, at the size of the frame's
// picture.
func (s *Stage) Draw(img *image.NRGBA) { s.DrawBitmap(dom.Offscreen(img)) }

// DrawBitmap is Draw of a bitmap or canvas.
func (s *Stage) DrawBitmap(bitmap app.Value) {
	canvas, ok := dom.Element(pictureID)
	w, h := bitmap.Get("width").Int(), bitmap.Get("height").Int()
	if !ok || w == 0 { // as that of a bitmap which was closed
		return
	}
	if before, ok := dom.Element(beforeID); ok && s.desk.Busy() {
		w, h = max(w, before.Get("width").Int()), max(h, before.Get("height").Int())
	}
	if canvas.Get("width").Int() != w || canvas.Get("height").Int() != h {
		canvas.Set("width", w)
		canvas.Set("height", h)
	}
	pen := canvas.Call("getContext", "2d")
	pen.Set("imageSmoothingQuality", "high")
	pen.Call("clearRect", 0, 0, w, h) // for what shows through
	pen.Call("drawImage", bitmap, 0, 0, w, h)
	s.drawn = true
}

// Drawn returns the painting's canvas, if something painted is on it.
func (s *Stage) Drawn() (canvas app.Value, ok bool) {
	if !s.drawn {
		return nil, false
	}
	return dom.Element(pictureID)
}

func (s *Stage) setSplit(percent string) {
	s.split = percent
	s.showSplit()
}

// showSplit uncovers the photograph from the left as far as the slider says.
func (s *Stage) showSplit() {
	percent, err := strconv.ParseFloat(s.split, 64)
	if err != nil {
		percent = 0
	}
	s.frame.Set("--split", percent/100)
}
