package engine_test

import (
	"context"
	"fmt"
	"image"

	"trappedinart/engine"
)

// A request needs a photograph and a painting. A missing one gives an Error with a code.
func ExampleRequest() {
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		fmt.Println(err)
		return
	}
	request := engine.Request{Recipe: recipe, Content: engine.File{Name: "photo.jpg", Data: []byte("...")}}
	fmt.Println(engine.AsError(request.Check()).Code)

	request.Styles = []engine.File{{Name: "starry_night.jpg", Data: []byte("...")}}
	fmt.Println(request.Check())
	// Output:
	// missing_picture
	// <nil>
}

// A recipe in JSON is taken from its preset, and names what it has otherwise.
func ExampleParseRecipe() {
	recipe, err := engine.ParseRecipe([]byte(`{"preset": "gatys-notebook", "size": 256, "style_layers": ["relu1_1", "relu2_1:0.5"]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(recipe.Size, recipe.StyleLayers, recipe.Optimizer)

	_, err = engine.ParseRecipe([]byte(`{"size": 100000}`))
	fmt.Println(engine.AsError(err).Code)
	// Output:
	// 256 relu1_1,relu2_1:0.5 lbfgs-torch
	// invalid_recipe
}

// Settings say how each field of a recipe is shown, read and checked.
func ExampleSettings() {
	recipe, _ := engine.Preset(engine.Painterly)
	for _, s := range engine.Settings() {
		if s.Name == "strength" {
			fmt.Printf("%s: %s, now %s\n", s.Label, s.Takes(), s.Get(&recipe))
			fmt.Println(s.Set(&recipe, "70"), recipe.Strength)
		}
	}
	// Output:
	// Strength: a number from 0 to 100 %, now 50
	// <nil> 70
}

// blank is a Runner that paints nothing, for tests of programs that show a run.
type blank struct{}

func (blank) Run(ctx context.Context, req engine.Request, report func(engine.Progress)) (*engine.Result, error) {
	for i := range 3 {
		next, err := req.Control.Take(ctx) // waits while the run is paused
		if err != nil {
			return nil, err
		}
		if next != nil {
			req.Recipe = req.Recipe.Steered(next)
		}
		report(engine.Progress{Stage: engine.Painting, Iteration: i + 1, Iterations: 3, Fraction: engine.Float(i+1) / 3})
	}
	return &engine.Result{Picture: image.NewNRGBA(image.Rect(0, 0, 4, 3)), Recipe: req.Recipe}, nil
}

// A caller shows a run without knowing its place: the same process, a worker or a server.
// A Control steers it, as here before it begins.
func ExampleRunner() {
	recipe, _ := engine.Preset(engine.Painterly)
	request := engine.Request{Recipe: recipe, Control: &engine.Control{}}
	recipe.Strength = 80
	if err := request.Control.Change(recipe); err != nil {
		fmt.Println(err)
		return
	}
	var runner engine.Runner = blank{}
	result, err := runner.Run(context.Background(), request, func(p engine.Progress) {
		fmt.Printf("%d of %d, %.0f %%\n", p.Iteration, p.Iterations, 100*p.Fraction)
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("with a strength of", result.Recipe.Strength)
	// Output:
	// 1 of 3, 33 %
	// 2 of 3, 67 %
	// 3 of 3, 100 %
	// with a strength of 80
}
