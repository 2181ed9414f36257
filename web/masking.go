package main

import (
	"fmt"
	"image"
	"image/color"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// masking is the editor of masks.
type masking struct {
	open     bool
	at       int     // the layer that is painted
	size     float64 // of the brush, per cent of the picture's longer side
	softness float64 // per cent
	erase    bool
	growing  bool    // in the worker
	stroke   *stroke // that is under way, or nil
	x, y     float64 // of the brush, pixels of the mask
}

func newMasking() masking { return masking{size: 10, softness: 30} }

func (s *studio) brush() brush {
	m := &s.masking
	return brush{radius: m.size / 200 * maskSide, softness: m.softness / 100, erase: m.erase}
}

// layerName says what the layer is.
func (s *studio) layerName(at int) string {
	if at >= 0 && at < len(s.styles) {
		return fmt.Sprintf(words.MaskOf, stem(s.styles[at].file.Name))
	}
	return words.Keep
}

// editMasks opens the editor, or closes it.
func (s *studio) editMasks() {
	if s.masking.open || s.missing() != "" || s.busy() {
		s.closeMasks()
		return
	}
	s.masking.open = true
	if s.masks == nil {
		s.masks = newLayers(fit(s.content.w, s.content.h, maskSide))
		s.masking.x, s.masking.y = float64(s.masks.w)/2, float64(s.masks.h)/2
	}
	s.chooseLayer(min(s.masking.at, len(s.styles)-1))
	s.showBrush()
}

func (s *studio) closeMasks() {
	s.lift(true)
	s.masking.open = false
}

func (s *studio) dropMasks() {
	s.closeMasks()
	s.masks = nil
}

// whenMasksMayGo does what drops the masks, after asking if no run had them.
func (s *studio) whenMasksMayGo(act func()) {
	s.whenFree(func() {
		if !s.masks.painted() || !s.masks.changed {
			act()
			return
		}
		s.ask(question{title: words.MasksTitle, text: words.MasksText, yes: words.MasksYes, no: words.MasksNo, act: act})
	})
}

// chooseLayer shows a layer for painting.
func (s *studio) chooseLayer(at int) {
	s.masking.at = max(at, keepLayer)
	if s.masks != nil {
		s.showMask(image.Rect(0, 0, s.masks.w, s.masks.h))
	}
}

// showMask draws a part of the layer.
func (s *studio) showMask(part image.Rectangle) {
	canvas, ok := element(maskID)
	if !ok || part.Empty() {
		return
	}
	l := s.masks
	if canvas.Get("width").Int() != l.w || canvas.Get("height").Int() != l.h {
		canvas.Set("width", l.w)
		canvas.Set("height", l.h)
	}
	pen := canvas.Call("getContext", "2d")
	img := l.tinted(part, s.masking.at)
	pen.Call("clearRect", part.Min.X, part.Min.Y, part.Dx(), part.Dy())
	pen.Call("drawImage", offscreen(img), part.Min.X, part.Min.Y)
}

// layerColours are those that layers are shown in, as in the style sheet; the first is that
// of where the original stays.
var layerColours = []color.NRGBA{{0, 110, 255, 0}, {255, 40, 60, 0}, {250, 180, 0, 0}, {20, 170, 70, 0}, {200, 40, 220, 0}}

func layerColour(at int) int {
	if at == keepLayer {
		return 0
	}
	return 1 + at%(len(layerColours)-1)
}

// Alphas of the layer that is painted, and of the others, faint.
const (
	shownAlpha = 160
	faintAlpha = 70
)

// tinted returns a part of the layers for showing above the photograph.
func (l *layers) tinted(part image.Rectangle, shown int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	for at := keepLayer; at < len(l.styles); at++ {
		if m := l.peek(at); m != nil {
			c := layerColours[layerColour(at)]
			c.A = faintAlpha
			if at == shown {
				c.A = shownAlpha
			}
			m.tint(img, part, c)
		}
	}
	return img
}

// editLayer does something to the layer that is shown.
func (s *studio) editLayer(act func(at int)) {
	if s.masks != nil && s.masking.stroke == nil {
		act(s.masking.at)
		s.chooseLayer(s.masking.at)
	}
}

func (s *studio) undoMask() { s.travelMask((*layers).undo) }
func (s *studio) redoMask() { s.travelMask((*layers).redo) }

func (s *studio) travelMask(travel func(*layers) (int, bool)) {
	if s.masks == nil || s.masking.stroke != nil {
		return
	}
	if at, ok := travel(s.masks); ok {
		s.chooseLayer(at)
	}
}

func (s *studio) renderMasks() app.UI {
	m := &s.masking
	list := []int{keepLayer}
	for i := range s.styles {
		list = append(list, i)
	}
	act := func(name, label string, do func(*layers, int)) app.HTMLButton {
		return press("quiet", label, func() { s.editLayer(func(at int) { do(s.masks, at) }) }, name).Title(words.MaskHelp[name])
	}
	toggle := words.EditMasks
	if m.open {
		toggle = words.MasksDone
	}
	return app.Section().Class("group", "masks").Aria("label", words.Masks).Body(
		press("quiet", toggle, s.editMasks).Aria("expanded", m.open).Title(words.MasksHelp).Disabled(s.missing() != "" || s.busy()),
		app.Div().Class("group").Hidden(!m.open).Body(
			app.Div().Class("group").Role("group").Aria("label", words.Layer).Body(app.Range(list).Slice(func(i int) app.UI {
				at := list[i]
				button := press("layer", s.layerName(at), func() { s.chooseLayer(at) }, at).Aria("pressed", m.at == at)
				if s.masks.peek(at).painted() {
					button = button.Class("painted", fmt.Sprintf("colour%d", layerColour(at)))
				}
				return button
			})),
			s.renderBrush("brush-size", words.BrushSize, &m.size, 1, 50),
			s.renderBrush("brush-softness", words.BrushSoftness, &m.softness, 0, 100),
			app.Div().Class("acts").Body(
				press("quiet", words.Erase, func() { m.erase = !m.erase }).Aria("pressed", m.erase).Title(words.MaskHelp["erase"]),
				press("quiet", words.Grow, s.growMask).Title(words.MaskHelp["grow"]).Disabled(m.growing),
				act("swap", words.Swap, (*layers).swap),
				act("invert", words.Invert, (*layers).invert),
				act("fill", words.Fill, func(l *layers, at int) { l.fill(at, 255) }),
				act("clear", words.Clear, func(l *layers, at int) { l.fill(at, 0) }),
				tool("undo", words.UndoMask, s.undoMask).Disabled(s.masks == nil || len(s.masks.past) == 0),
				tool("redo", words.RedoMask, s.redoMask).Disabled(s.masks == nil || len(s.masks.future) == 0),
			),
			chooser("mask-file", words.LoadMask, words.MaskHelp["load"], words.MaskInput, accepted, s.loadMask),
			app.P().Class("help-text").Text(words.MasksHelp),
		),
	)
}

// renderBrush is a slider of the brush.
func (s *studio) renderBrush(id, label string, value *float64, least, most int) app.UI {
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
