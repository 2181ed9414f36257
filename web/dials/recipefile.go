package dials

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/wasm/protocol"
	"trappedinart/web/dom"
	"trappedinart/web/words"
)

// recipeOf returns the recipe in a file: a painting that was saved here, or a recipe alone. It
// waits for the browser, which takes XML apart, as the page would have to load a decoder.
func recipeOf(name string, blob app.Value) (engine.Recipe, error) {
	if n := blob.Get("size").Float(); n > protocol.MaxFile {
		return engine.Recipe{}, engine.Errorf(engine.TooLarge, "%q is larger than %d MB. Choose a smaller file.", name, protocol.MaxFile>>20)
	}
	data, err := dom.BytesOf(blob)
	if err != nil {
		return engine.Recipe{}, err
	}
	none := &engine.Error{Code: engine.InvalidRecipe, Message: fmt.Sprintf("There is no recipe in %q. Choose a painting that was saved here, or a recipe file.", name)}
	if label.Is(data) {
		if data = label.XMP(data); len(data) > 0 {
			data = recipeInXML(string(data))
		}
	}
	if len(data) == 0 || data[0] != '{' {
		return engine.Recipe{}, none
	}
	return engine.ParseRecipe(data)
}

// recipeInXML returns what an XMP packet has by the name that package label gives a recipe, as
// an element or, as other programs write it anew, as an attribute.
func recipeInXML(packet string) []byte {
	const space, name = "urn:x-trapped-in-art:recipe#", "recipe"
	root := app.Window().Get("DOMParser").New().Call("parseFromString", packet, "application/xml")
	if found := root.Call("getElementsByTagNameNS", space, name); found.Length() > 0 {
		return []byte(found.Index(0).Get("textContent").String())
	}
	all := root.Call("getElementsByTagName", "*")
	for i := range all.Length() {
		if v := all.Index(i).Call("getAttributeNS", space, name); v.Truthy() {
			return []byte(v.String())
		}
	}
	return nil
}

// takeRecipeFrom takes the recipe of a file that was chosen or dropped.
func (s *Panel) takeRecipeFrom(files app.Value) {
	if !files.Truthy() || files.Length() == 0 {
		return
	}
	file := files.Index(0)
	s.desk.Problem = ""
	s.desk.WaitFor(words.T("Reading the picture …"), func() {
		recipe, err := recipeOf(file.Get("name").String(), file)
		s.desk.Page.Dispatch(func() {
			if err != nil {
				s.desk.Problem = engine.AsError(err).Message
				return
			}
			s.desk.TakeRecipe(recipe)
		})
	})
}

func (s *Panel) renderRecipeFile() app.UI {
	return dom.Chooser("recipe-file", words.T("Recipe from a painting"), words.T("A painting saved here contains its recipe: choose or drop it to take its settings."), words.T("Recipe from a painting"), "image/*,.json", s.takeRecipeFrom)
}
