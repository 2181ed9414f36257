package main

import (
	"fmt"
	"image"
	"strconv"

	"trappedinart/web/dom"
	"trappedinart/web/mask"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// masking is the editor of masks.
type masking struct {
	open     bool
	at       int     // the layer that is painted
	size     float64 // of the brush, per cent of the picture's longer side
	softness float64 // per cent
	erase    bool
	growing  bool         // in the worker
	stroke   *mask.Stroke // that is under way, or nil
	x, y     float64      // of the brush, pixels of the mask
}

func newMasking() masking { return masking{size: 10, softness: 30} }

func (s *studio) brush() mask.Brush {
	m := &s.masking
	return mask.Brush{Radius: m.size / 200 * mask.Side, Softness: m.softness / 100, Erase: m.erase}
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
		w, h := dom.Fit(s.content.w, s.content.h, mask.Side)
		s.masks = mask.NewLayers(w, h)
		s.masking.x, s.masking.y = float64(w)/2, float64(h)/2
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
		if !s.masks.Painted() || !s.masks.Changed {
			act()
			return
		}
		s.ask(question{title: words.MasksTitle, text: words.MasksText, yes: words.MasksYes, no: words.MasksNo, act: act})
	})
}

// chooseLayer shows a layer for painting.
func (s *studio) chooseLayer(at int) {
	s.masking.at = max(at, mask.Keep)
	if s.masks != nil {
		w, h := s.masks.Size()
		s.showMask(image.Rect(0, 0, w, h))
	}
}

// showMask draws a part of the layer.
func (s *studio) showMask(part image.Rectangle) {
	canvas, ok := dom.Element(maskID)
	if !ok || part.Empty() {
		return
	}
	w, h := s.masks.Size()
	if canvas.Get("width").Int() != w || canvas.Get("height").Int() != h {
		canvas.Set("width", w)
		canvas.Set("height", h)
	}
	pen := canvas.Call("getContext", "2d")
	img := s.masks.Tinted(part, s.masking.at)
	pen.Call("clearRect", part.Min.X, part.Min.Y, part.Dx(), part.Dy())
	pen.Call("drawImage", dom.Offscreen(img), part.Min.X, part.Min.Y)
}

// editLayer does something to the layer that is shown.
func (s *studio) editLayer(act func(at int)) {
	if s.masks != nil && s.masking.stroke == nil {
		act(s.masking.at)
		s.chooseLayer(s.masking.at)
	}
}

func (s *studio) undoMask() { s.travelMask((*mask.Layers).Undo) }
func (s *studio) redoMask() { s.travelMask((*mask.Layers).Redo) }

func (s *studio) travelMask(travel func(*mask.Layers) (int, bool)) {
	if s.masks == nil || s.masking.stroke != nil {
		return
	}
	if at, ok := travel(s.masks); ok {
		s.chooseLayer(at)
	}
}

func (s *studio) renderMasks() app.UI {
	m := &s.masking
	list := []int{mask.Keep}
	for i := range s.styles {
		list = append(list, i)
	}
	act := func(name, label string, do func(*mask.Layers, int)) app.HTMLButton {
		return dom.Press("quiet", label, func() { s.editLayer(func(at int) { do(s.masks, at) }) }, name).Title(words.MaskHelp[name])
	}
	toggle := words.EditMasks
	if m.open {
		toggle = words.MasksDone
	}
	return app.Section().Class("group", "masks").Aria("label", words.Masks).Body(
		dom.Press("quiet", toggle, s.editMasks).Aria("expanded", m.open).Title(words.MasksHelp).Disabled(s.missing() != "" || s.busy()),
		app.Div().Class("group").Hidden(!m.open).Body(
			app.Div().Class("group").Role("group").Aria("label", words.Layer).Body(app.Range(list).Slice(func(i int) app.UI {
				at := list[i]
				button := dom.Press("layer", s.layerName(at), func() { s.chooseLayer(at) }, at).Aria("pressed", m.at == at)
				if s.masks.Peek(at).Painted() {
					button = button.Class("painted", fmt.Sprintf("colour%d", mask.Colour(at)))
				}
				return button
			})),
			s.renderBrush("brush-size", words.BrushSize, &m.size, 1, 50),
			s.renderBrush("brush-softness", words.BrushSoftness, &m.softness, 0, 100),
			app.Div().Class("acts").Body(
				dom.Press("quiet", words.Erase, func() { m.erase = !m.erase }).Aria("pressed", m.erase).Title(words.MaskHelp["erase"]),
				dom.Press("quiet", words.Grow, s.growMask).Title(words.MaskHelp["grow"]).Disabled(m.growing),
				act("swap", words.Swap, (*mask.Layers).Swap),
				act("invert", words.Invert, (*mask.Layers).Invert),
				act("fill", words.Fill, func(l *mask.Layers, at int) { l.Fill(at, 255) }),
				act("clear", words.Clear, func(l *mask.Layers, at int) { l.Fill(at, 0) }),
				dom.Tool("undo", words.UndoMask, s.undoMask).Disabled(!s.masks.CanUndo()),
				dom.Tool("redo", words.RedoMask, s.redoMask).Disabled(!s.masks.CanRedo()),
			),
			dom.Chooser("mask-file", words.LoadMask, words.MaskHelp["load"], words.MaskInput, accepted, s.loadMask),
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
