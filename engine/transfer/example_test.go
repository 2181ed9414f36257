//go:build !js

package transfer_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"trappedinart/engine"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
	"trappedinart/weights"
)

// squares is a picture file of squares in two colours.
func squares(name string, side int, a, b color.NRGBA) engine.File {
	img := image.NewNRGBA(image.Rect(0, 0, 32, 24))
	for y := range 24 {
		for x := range 32 {
			c := a
			if (x/side+y/side)%2 == 0 {
				c = b
			}
			img.SetNRGBA(x, y, c)
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return engine.File{Name: name, Data: file.Bytes()}
}

// A Runner makes a painting on the back end, with the networks and by the decoder that it is
// handed. Here two drawn pictures and a few iterations stand for what takes longer.
func ExampleRunner() {
	runner := &transfer.Runner{
		Backend: cpu.New(1),
		Weights: (&weights.Store{}).Named, // those in the program
		Decode:  pixel.Decode,
	}
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		fmt.Println(err)
		return
	}
	recipe.Weights, recipe.Size, recipe.Iterations = weights.SmallName, 32, 5
	result, err := runner.Run(context.Background(), engine.Request{
		Recipe:  recipe,
		Content: squares("photo.png", 12, color.NRGBA{200, 200, 220, 255}, color.NRGBA{90, 60, 40, 255}),
		Styles:  []engine.File{squares("painting.png", 3, color.NRGBA{20, 40, 160, 255}, color.NRGBA{240, 200, 40, 255})},
	}, func(p engine.Progress) {
		if p.Stage == engine.Painting && p.Iteration == p.Iterations {
			fmt.Printf("scale %d of %d is done\n", p.Scale, p.Scales)
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d x %d pixels, %d iterations\n", result.Picture.Rect.Dx(), result.Picture.Rect.Dy(), result.Iterations)
	// Output:
	// scale 1 of 1 is done
	// 32 x 24 pixels, 5 iterations
}
