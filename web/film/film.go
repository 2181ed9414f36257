package film

import (
	"context"
	"errors"
	"image"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/photo"
	"trappedinart/web/words"
)

// A Maker keeps the previews of the run that is under way or was last, and makes a film of them.
type Maker struct {
	desk *desk.Desk
	// Painted is the canvas that shows the result.
	Painted func() (canvas app.Value, ok bool)

	format Format         // of films, or none if this browser records none
	reel   *Reel          // of the run
	of     *engine.Result // that came of it
	taking bool           // a frame is on its way to the reel
	cancel func()         // of the film that is being made, or nil
}

// New returns one for the desk.
func New(d *desk.Desk) *Maker { return &Maker{desk: d, reel: &Reel{}} }

// Mount finds out what the browser records.
func (m *Maker) Mount() { m.format = formatOf() }

// Begin begins a reel, for a run; and End says what came of it.
func (m *Maker) Begin()                    { m.reel, m.of = &Reel{}, nil }
func (m *Maker) End(result *engine.Result) { m.of = result }

// quality is that of a frame, as a JPEG.
const quality = 0.85

// Take takes a preview, a bitmap or canvas, if it is time for a frame and the last one is done.
func (m *Maker) Take(bitmap app.Value) {
	reel, w, h := m.reel, bitmap.Get("width").Int(), bitmap.Get("height").Int()
	if m.format.Kind == "" || m.taking || w == 0 || !reel.Due(time.Now(), image.Pt(w, h)) {
		return
	}
	m.taking = true
	w, h = dom.Fit(w, h, min(mostSide, max(w, h)))
	m.desk.Page.Async(func() {
		blob, err := dom.Encode(bitmap, w, h, "image/jpeg", quality)
		m.desk.Page.Quietly(func() {
			m.taking = false
			if err != nil { // the bitmap was closed, as another has come
				app.Log("a frame of the film is left out:", err)
				return
			}
			reel.Add(blob, blob.Get("size").Int())
		})
	})
}

// progressID is the element that shows how far a film is.
const progressID = "film-progress"

// Render has what makes a film, or while one is made how far it is.
func (m *Maker) Render() app.UI {
	result := m.desk.Run.Result
	row := app.Div().Class("film")
	switch {
	case m.cancel != nil:
		return row.Body(
			app.Progress().ID(progressID).Max(1).Aria("label", words.T("Progress of the film")),
			dom.Press("quiet", words.T("Cancel film"), m.cancel),
		)
	case m.format.Kind == "" && result != nil:
		return row.Body(app.P().Class("help-text").Text(words.T("This browser cannot save a film.")))
	case m.format.Kind == "":
		return row
	}
	title := words.T("Saves a short film of how this painting was made.")
	if result != nil && result != m.of {
		title = words.T("A film can be made of the last painting, until the page is closed.")
	}
	return row.Body(dom.Press("quiet", words.T("Save as film"), m.save).Title(title).Disabled(result == nil || result != m.of || m.desk.Busy()))
}

// save makes a film of the result and hands it to the browser's downloads.
func (m *Maker) save() {
	canvas, ok := m.Painted()
	content := m.desk.Content
	if !ok || content == nil || m.cancel != nil {
		return
	}
	w, h := even(canvas.Get("width").Int(), canvas.Get("height").Int())
	painted, err := copied(canvas, w, h)
	if err != nil {
		m.fail(err)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	s, format := &stills{photograph: photo.Blob(content), frames: m.reel.frames, painted: painted, w: w, h: h}, m.format
	name := photo.Stem(content.File.Name) + "-painted" + format.Suffix
	m.desk.Page.Async(func() {
		file, err := s.film(ctx, format)
		cancel()
		m.desk.Page.Dispatch(func() {
			m.cancel = nil
			switch {
			case errors.Is(err, context.Canceled):
			case err != nil:
				m.fail(err)
			default:
				dom.Save(file, format.Kind, name)
			}
		})
	})
}

func (m *Maker) fail(err error) {
	app.Log("the film:", err)
	m.desk.Complain(words.T("The browser could not record the film. Try again, or choose a smaller size."))
}

// even is the size of a film of a picture of that size: encoders take even numbers.
func even(w, h int) (int, int) {
	w, h = dom.Fit(w, h, min(mostSide, max(w, h)))
	return max(2, w&^1), max(2, h&^1)
}

// copied returns a canvas of that size with a copy of what can be drawn.
func copied(drawn app.Value, w, h int) (canvas app.Value, err error) {
	err = dom.Try(func() {
		canvas = app.Window().Get("OffscreenCanvas").New(w, h)
		pen := canvas.Call("getContext", "2d")
		pen.Set("imageSmoothingQuality", "high")
		pen.Call("drawImage", drawn, 0, 0, w, h)
	})
	return canvas, err
}
