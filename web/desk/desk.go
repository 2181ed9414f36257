// Package desk is what the page works on: the recipe and what it was, the pictures, the run, and
// what is said. The features of the page know it, and none knows another: what one asks of the
// others goes through Page. It knows no browser.
package desk

import (
	"time"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/mask"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// A Page is what the desk needs of the page that it is on.
type Page interface {
	Loop
	// ShowContent draws the photograph, if nothing painted is to be seen.
	ShowContent()
	// ShowDials moves the dials to where the recipe is, once the page is rendered.
	ShowDials()
	// CloseMasks ends the painting of masks, and FollowStyles shows a layer that there is.
	CloseMasks()
	FollowStyles()
	// ShowQuestion opens the dialog with the question.
	ShowQuestion()
	// LetGo forgets the run that was interrupted.
	LetGo()
}

// A Loop runs functions one after the other, and renders the page when one has run.
type Loop interface {
	Dispatch(act func())
	// Quietly does not render.
	Quietly(act func())
	// Defer waits for the page to be rendered.
	Defer(act func())
	After(d time.Duration, act func())
	// Async runs a function beside the others.
	Async(act func())
}

// A Desk is all that several features of the page know. Its fields and methods belong to the loop.
type Desk struct {
	Page   Page
	Recipe engine.Recipe
	past   past

	Content *Picture
	Styles  []*Picture
	Palette *Picture     // whose colours the painting has, or nil
	Opening bool         // the picture is the painting that the page opens with
	Touched bool         // the styles were chosen by the person
	Begin   *engine.File // the result that the next run starts from, or nil
	Masks   *mask.Layers // painted on the photograph, or nil

	// Foreseen is the estimate for a painting of this desk on this device, or nil while that is not
	// known; Auto is the size that the device chose last, or 0.
	Foreseen *engine.Estimate
	Auto     int
	made     []string // the pictures of the result that is shown, by their ids

	Run    *run.Run
	Server *api.Health // what could paint or keep something elsewhere, or nil

	Problem  string    // one sentence, where the eye is
	Said     string    // one sentence that is no problem, for a moment
	Question *Question // that the page asks, or nil
	waits    []*string // what is waited for, the latest last
}

// New returns a desk with nothing on it but a recipe.
func New(page Page, recipe engine.Recipe) *Desk {
	return &Desk{Page: page, Recipe: recipe, Run: run.New()}
}

// Busy says whether a run has the pictures.
func (d *Desk) Busy() bool { return d.Run.Busy() }

// Missing says what Start waits for, or nothing.
func (d *Desk) Missing() string {
	switch {
	case d.Content == nil && len(d.Styles) == 0:
		return words.T("Choose a photograph and a painting.")
	case d.Content == nil:
		return words.T("Choose a photograph.")
	case len(d.Styles) == 0:
		return words.T("Choose a painting.")
	}
	return ""
}

// Halt asks the run to stop, or gives up the one that was interrupted.
func (d *Desk) Halt() {
	if d.Run.LetGo() {
		d.Page.LetGo()
		d.Run.Proceed()
		return
	}
	d.Run.Stop()
}
