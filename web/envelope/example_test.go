package envelope_test

import (
	"fmt"

	"trappedinart/engine"
	"trappedinart/web/envelope"
)

// The sealed bytes go to a server, and the key into the fragment of a link, which browsers
// send to nobody. The link opens the envelope.
func Example() {
	sealed, key, err := envelope.Seal(envelope.Envelope{Title: "The harbour", Picture: []byte("\x89PNG\r\n\x1a\n...")})
	if err != nil {
		fmt.Println(err)
		return
	}
	link := "https://example.org/s/42#" + key.String()

	key, err = envelope.ParseKey(link[len("https://example.org/s/42"):])
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := envelope.Open(sealed, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(opened.Title, envelope.PictureType(opened.Picture))

	key[0]++
	_, err = envelope.Open(sealed, key)
	fmt.Println("with another key:", engine.AsError(err).Code)
	// Output:
	// The harbour image/png
	// with another key: unauthorized
}

// A link can hold a recipe alone, for which it needs no server.
func ExampleRecipeFragment() {
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		fmt.Println(err)
		return
	}
	recipe.Strength = 72
	fragment, err := envelope.RecipeFragment(recipe)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := envelope.ParseRecipeFragment(fragment)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(envelope.HasRecipe(fragment), again.Strength)
	// Output:
	// true 72
}
