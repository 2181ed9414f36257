package desk

import (
	"slices"

	"trappedinart/engine"
	"trappedinart/web/words"
)

// NoteMade says that the pictures on the desk are those that the result is made of.
func (d *Desk) NoteMade() { d.made = d.ids() }

func (d *Desk) ids() []string {
	w, _ := d.Work(d.Recipe)
	return w.IDs()
}

// Larger returns the recipe that goes on from the result at twice its size, or in a sentence why
// there is none.
func (d *Desk) Larger() (recipe engine.Recipe, why string) {
	result := d.Run.Result
	if result == nil || result.Picture == nil || d.Missing() != "" || d.Run.Stopped() {
		return recipe, words.T("Larger goes on from a finished painting.")
	}
	if d.Masks.Painted() && d.Masks.Changed || !slices.Equal(d.made, d.ids()) {
		return recipe, words.T("The pictures have changed since this was painted. Press Start.")
	}
	recipe, ok := result.Recipe.Larger()
	if !ok {
		return recipe, words.T("This is as large as a painting can be.")
	}
	return recipe, ""
}
