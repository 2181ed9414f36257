// Package masks is the editor of masks: what is painted on the photograph, where.
package masks

import (
	"context"
	"fmt"
	"image"
	"strconv"

	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/mask"
	"trappedinart/web/photo"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Elements of the editor that lie on the picture.
const (
	maskID  = "mask"  // the canvas of the mask that is painted
	brushID = "brush" // the brush on it
)

// An Editor paints masks.
type Editor struct {
	desk     *desk.Desk
	grow     Grower
	open     bool
	at       int     // the layer that is painted
	size     float64 // of the brush, per cent of the picture's longer side
	softness float64 // per cent
	erase    bool
	growing  bool         // in the worker
	stroke   *mask.Stroke // that is under way, or nil
	x, y     float64      // of the brush, pixels of the mask
}

// A Grower grows scribbles on a picture, as segment.Grow does.
type Grower func(ctx context.Context, img *image.NRGBA, seeds []uint8) ([]uint8, error)

// New returns an editor that is closed.
func New(d *desk.Desk, grow Grower) *Editor {
	return &Editor{desk: d, grow: grow, size: 10, softness: 30}
}

// Open says whether masks are painted, and Growing whether edges are looked for.
func (s *Editor) Open() bool    { return s.open }
func (s *Editor) Growing() bool { return s.growing }

func (s *Editor) brush() mask.Brush {
	m := s
	return mask.Brush{Radius: m.size / 200 * mask.Side, Softness: m.softness / 100, Erase: m.erase}
}

// layerName says what the layer is.
func (s *Editor) layerName(at int) string {
	if at >= 0 && at < len(s.desk.Styles) {
		return words.T("Where “%s” applies", photo.Stem(s.desk.Styles[at].File.Name))
	}
	return words.T("Keep the original here")
}

// Toggle opens the editor, or closes it.
func (s *Editor) Toggle() {
	if s.open || s.desk.Missing() != "" || s.desk.Busy() {
		s.Close()
		return
	}
	s.open = true
	if s.desk.Masks == nil {
		w, h := s.desk.Content.Fit(mask.Side)
		s.desk.Masks = mask.NewLayers(w, h)
		s.x, s.y = float64(w)/2, float64(h)/2
	}
	s.Follow()
	s.showBrush()
}

// Close ends it.
func (s *Editor) Close() {
	s.lift(true)
	s.open = false
}

// Follow shows a layer that there is, after styles have gone.
func (s *Editor) Follow() { s.chooseLayer(min(s.at, len(s.desk.Styles)-1)) }

// chooseLayer shows a layer for painting.
func (s *Editor) chooseLayer(at int) {
	s.at = max(at, mask.Keep)
	if s.desk.Masks != nil {
		w, h := s.desk.Masks.Size()
		s.showMask(image.Rect(0, 0, w, h))
	}
}

// showMask draws a part of the layer.
func (s *Editor) showMask(part image.Rectangle) {
	canvas, ok := dom.Element(maskID)
	if !ok || part.Empty() {
		return
	}
	w, h := s.desk.Masks.Size()
	if canvas.Get("width").Int() != w || canvas.Get("height").Int() != h {
		canvas.Set("width", w)
		canvas.Set("height", h)
	}
	pen := canvas.Call("getContext", "2d")
	img := s.desk.Masks.Tinted(part, s.at)
	pen.Call("clearRect", part.Min.X, part.Min.Y, part.Dx(), part.Dy())
	pen.Call("drawImage", dom.Offscreen(img), part.Min.X, part.Min.Y)
}

// editLayer does something to the layer that is shown.
func (s *Editor) editLayer(act func(at int)) {
	if s.desk.Masks != nil && s.stroke == nil {
		act(s.at)
		s.chooseLayer(s.at)
	}
}

// Undo takes back what was painted last, and Redo paints it again.
func (s *Editor) Undo() { s.travelMask((*mask.Layers).Undo) }
func (s *Editor) Redo() { s.travelMask((*mask.Layers).Redo) }

func (s *Editor) travelMask(travel func(*mask.Layers) (int, bool)) {
	if s.desk.Masks == nil || s.stroke != nil {
		return
	}
	if at, ok := travel(s.desk.Masks); ok {
		s.chooseLayer(at)
	}
}

// Render has the tools.
func (s *Editor) Render() app.UI {
	m := s
	list := []int{mask.Keep}
	for i := range s.desk.Styles {
		list = append(list, i)
	}
	act := func(name, label, help string, do func(*mask.Layers, int)) app.HTMLButton {
		return dom.Press("quiet", label, func() { s.editLayer(func(at int) { do(s.desk.Masks, at) }) }, name).Title(help)
	}
	toggle := words.T("Paint masks")
	if m.open {
		toggle = words.T("Done painting")
	}
	return app.Section().Class("group", "masks").Aria("label", words.T("Masks")).Body(
		dom.Press("quiet", toggle, s.Toggle).Aria("expanded", m.open).Title(words.T("Paint where each style applies, or which parts stay unchanged. A style without a mask fills what is left; parts that no style fills keep the photograph.")).Disabled(s.desk.Missing() != "" || s.desk.Busy()),
		app.Div().Class("group").Hidden(!m.open).Body(
			app.Div().Class("group").Role("group").Aria("label", words.T("Layer")).Body(app.Range(list).Slice(func(i int) app.UI {
				at := list[i]
				button := dom.Press("layer", s.layerName(at), func() { s.chooseLayer(at) }, at).Aria("pressed", m.at == at)
				if s.desk.Masks.Peek(at).Painted() {
					button = button.Class("painted", fmt.Sprintf("colour%d", mask.Colour(at)))
				}
				return button
			})),
			s.renderBrush("brush-size", words.T("Brush size"), &m.size, 1, 50),
			s.renderBrush("brush-softness", words.T("Softness"), &m.softness, 0, 100),
			app.Div().Class("acts").Body(
				dom.Press("quiet", words.T("Erase"), func() { m.erase = !m.erase }).Aria("pressed", m.erase).Title(words.T("The brush erases.")),
				dom.Press("quiet", words.T("Grow to edges"), s.growMask).Title(words.T("Grows your strokes to the edges of the object. Growth stops at areas painted in other layers.")).Disabled(m.growing),
				act("swap", words.T("Swap"), words.T("Exchanges this area with the other style's area, or with everything outside it."), (*mask.Layers).Swap),
				act("invert", words.T("Invert"), words.T("Swaps painted and unpainted areas."), (*mask.Layers).Invert),
				act("fill", words.T("Fill"), words.T("Paints everything."), func(l *mask.Layers, at int) { l.Fill(at, 255) }),
				act("clear", words.T("Clear"), words.T("Erases everything."), func(l *mask.Layers, at int) { l.Fill(at, 0) }),
				dom.Tool("undo", words.T("Undo stroke"), s.Undo).Disabled(!s.desk.Masks.CanUndo()),
				dom.Tool("redo", words.T("Redo stroke"), s.Redo).Disabled(!s.desk.Masks.CanRedo()),
			),
			dom.Chooser("mask-file", words.T("Load a mask from a file"), words.T("A black-and-white picture; white marks the area."), words.T("Mask picture"), photo.Accepted, s.loadMask),
			app.P().Class("help-text").Text(words.T("Paint where each style applies, or which parts stay unchanged. A style without a mask fills what is left; parts that no style fills keep the photograph.")),
		),
	)
}

// renderBrush is a slider of the brush.
func (s *Editor) renderBrush(id, label string, value *float64, least, most int) app.UI {
	text := strconv.FormatFloat(*value, 'g', -1, 64)
	return app.Div().Class("dial").Body(
		app.Label().For(id).Text(label),
		app.Span().Class("value").Text(text+" %"),
		app.Input().ID(id).Type("range").Min(least).Max(most).Step(1).Value(text).Aria("valuetext", text+" %").
			OnInput(func(ctx app.Context, _ app.Event) {
				if v, err := strconv.ParseFloat(ctx.JSSrc().Get("value").String(), 64); err == nil {
					*value = v
					s.showBrush()
				}
			}, app.EventScope(id)),
	)
}

// RenderOver has what lies on the picture while masks are painted.
func (s *Editor) RenderOver() []app.UI {
	return []app.UI{
		app.Canvas().ID(maskID).Width(4).Height(3).TabIndex(0).Role("application").Hidden(!s.open).
			Aria("label", s.layerName(s.at)).Aria("description", words.T("Arrow keys move the brush, Space paints, Shift with an arrow key paints a line.")),
		app.Div().ID(brushID).Hidden(!s.open),
	}
}

// RenderTool is the brush among the tools of the view.
func (s *Editor) RenderTool() app.UI {
	return dom.Tool("mask", words.T("Paint masks"), s.Toggle).Aria("pressed", s.open).Disabled(s.desk.Missing() != "" || s.desk.Busy())
}
