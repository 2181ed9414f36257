//go:build !js

package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"path/filepath"
	"strings"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/weights/judge"
)

// A control is one picture of the sheet: settings, written name=value, or what is done to
// a request with one style, given another.
type control struct {
	name   string
	change func(r *engine.Request, second engine.File)
}

// shown are the presets and the main controls. The presets are painted with VGG-19, whose
// numbers they are for, with the layers that it has.
var shown = []control{
	{name: ""},
	{name: "preset=gatys-notebook"}, {name: "preset=neural-style"}, {name: "preset=neural-style-pt"},
	{name: "strength=0"}, {name: "strength=25"}, {name: "strength=75"}, {name: "strength=100"},
	{name: "strength=100 start=noise"}, {name: "start=noise seed=2"},
	{name: "style_scale=0.5"}, {name: "style_scale=2"},
	{name: "detail=0"}, {name: "detail=100"}, {name: "smoothness=50"}, {name: "smoothness=100"},
	{name: "keep_colours=50"}, {name: "keep_colours=100"},
	{name: "keep_colours=100 colour_method=pca"}, {name: "keep_colours=100 colour_method=cholesky"},
	{name: "keep_colours=100 colour_method=luminance"},
	{name: "content_layers=a"}, {name: "content_layers=b"}, {name: "content_layers=c"},
	{name: "style_layers=a"}, {name: "style_layers=b"}, {name: "style_layers=c"},
	{name: "pooling=max"}, {name: "copies=0"}, {name: "moments=0"}, {name: "moments=10"},
	{name: "scales=1"}, {name: "border=0"}, {name: "optimizer=adam learning_rate=8 iterations=150 taper=80"},
	{"two styles", func(r *engine.Request, second engine.File) { r.Styles = append(r.Styles, second) }},
	{"two styles, one left", func(r *engine.Request, second engine.File) {
		r.Styles, r.Masks = append(r.Styles, second), []engine.File{half(true)}
	}},
	{"the second as palette", func(r *engine.Request, second engine.File) { r.Palette = second }},
	{"left alone", func(r *engine.Request, _ engine.File) { r.Masks = []engine.File{half(true)} }},
	{"keep the left", func(r *engine.Request, _ engine.File) { r.Keep = half(true) }},
	{"the painting's right", func(r *engine.Request, _ engine.File) { r.StyleMasks = []engine.File{half(false)} }},
}

// half is a mask that is white on its left or on its right half.
func half(left bool) engine.File {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range 64 * 48 {
		v := uint8(0)
		if (i%64 < 32) == left {
			v = 255
		}
		img.SetNRGBA(i%64, i/64, color.NRGBA{v, v, v, 255})
	}
	var b bytes.Buffer
	if err := pixel.Encode(&b, img, pixel.PNG); err != nil {
		panic(err) // into memory
	}
	return engine.File{Name: "half.png", Data: b.Bytes()}
}

// controls is the sheet of one pair with every preset and the main controls.
func (g *gallery) controls(ctx context.Context, j *judge.Judge) error {
	content, photograph, err := read(ctx, filepath.Join(g.images, "tubingen.jpg"))
	if err != nil {
		return err
	}
	painting, style, err := read(ctx, filepath.Join(g.images, "starry_night.jpg"))
	if err != nil {
		return err
	}
	second, _, err := read(ctx, filepath.Join(g.images, "the_scream.jpg"))
	if err != nil {
		return err
	}
	fmt.Println("settings: multi-scale style distance, content distance, content fidelity, global colours, textures, clipped, border, seam, high frequency")
	var rows [][]*image.NRGBA
	for i, c := range shown {
		req := engine.Request{Content: content, Styles: []engine.File{painting}}
		if req.Recipe, err = g.recipe(c); err != nil {
			return err
		}
		if c.change != nil {
			c.change(&req, second)
		}
		img, err := g.paint(ctx, req)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		m, err := g.measure(ctx, j, photograph, style, img)
		if err != nil {
			return err
		}
		name := c.name
		if name == "" {
			name = "painterly"
		}
		fmt.Printf("%-55s %.4f %.3f  %.3f %.3f %.3f  %.3f %.2f %.2f %.2f\n", name, m.MultiScaleStyle, m.Content[judge.ContentLayer],
			m.ContentFidelity, m.GlobalColours, m.HolisticTextures, m.Clipped, m.BorderRatio, m.SeamRatio, m.HighFrequency)
		if i%5 == 0 {
			rows = append(rows, nil)
		}
		row := &rows[len(rows)-1]
		*row = append(*row, labelled{img, []string{name, fmt.Sprintf("style %.4f, content %.3f", m.MultiScaleStyle, m.Content[judge.ContentLayer])}}.labels())
	}
	return write(filepath.Join(g.out, "controls.png"), sheet(rows))
}

// recipe returns that of a control.
func (g *gallery) recipe(c control) (engine.Recipe, error) {
	r := g.painterly(g.small[0])
	if c.change != nil {
		return r, nil
	}
	content, style := r.ContentLayers, r.StyleLayers
	for _, word := range strings.Fields(c.name) {
		name, value, _ := strings.Cut(word, "=")
		if name == "preset" {
			var err error
			if r, err = engine.Preset(value); err != nil {
				return r, err
			}
			r.Size, r.Weights, r.ContentLayers, r.StyleLayers = g.size, g.large, content, style
			continue
		}
		s, ok := engine.SettingByName(name)
		if !ok {
			return r, fmt.Errorf("there is no setting %q", name)
		}
		if err := s.Set(&r, value); err != nil {
			return r, err
		}
	}
	return r, nil
}
