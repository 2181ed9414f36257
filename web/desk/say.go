package desk

import (
	"slices"
	"time"

	"trappedinart/web/words"
)

// sayFor is how long a sentence about something done stays.
const sayFor = 4 * time.Second

// Complain shows one sentence, from outside the loop too.
func (d *Desk) Complain(sentence string) {
	d.Page.Dispatch(func() { d.Problem = sentence })
}

// Say announces one sentence that is no problem.
func (d *Desk) Say(sentence string) {
	d.Page.Dispatch(func() {
		d.Said = sentence
		d.Page.After(sayFor, func() {
			if d.Said == sentence {
				d.Said = ""
			}
		})
	})
}

// WaitFor does something that takes its time, outside the loop, and says so.
func (d *Desk) WaitFor(sentence string, act func()) {
	d.waits = append(d.waits, &sentence)
	d.Page.Async(func() {
		act()
		d.Page.Dispatch(func() {
			d.waits = slices.DeleteFunc(d.waits, func(w *string) bool { return w == &sentence })
		})
	})
}

// Waits says what is waited for, or nothing.
func (d *Desk) Waits() string {
	if len(d.waits) == 0 {
		return ""
	}
	return *d.waits[len(d.waits)-1]
}

// A Question is asked before something is lost.
type Question struct {
	Title, Text, Yes, No string
	Act                  func()
	more                 func(act func()) // adds to what yes does; may be nil
}

// Ask asks it.
func (d *Desk) Ask(q Question) {
	d.Question = &q
	d.Page.ShowQuestion()
}

// WhenFree does something to the pictures that a painting is made of. While one is being
// made it asks first, and then stops that, which goes to the history as far as it is.
func (d *Desk) WhenFree(act func()) {
	if !d.Busy() {
		act()
		return
	}
	if d.Question != nil && d.Question.more != nil { // several files at once
		d.Question.more(act)
		return
	}
	acts := []func(){act}
	d.Ask(Question{Title: words.T("Stop this painting?"), Text: words.T("These pictures are being painted. Changing them stops the painting; the result so far goes to the history."), Yes: words.T("Stop it"), No: words.T("Keep painting"),
		more: func(act func()) { acts = append(acts, act) },
		Act: func() {
			d.Run.Then(acts...)
			if d.Busy() {
				d.Halt()
			} else { // it ended while the question was open
				d.Run.Proceed()
			}
		}})
}

// WhenMasksMayGo does what drops the masks, after asking if no run had them.
func (d *Desk) WhenMasksMayGo(act func()) {
	d.WhenFree(func() {
		if !d.Masks.Painted() || !d.Masks.Changed {
			act()
			return
		}
		d.Ask(Question{Title: words.T("Discard the masks?"), Text: words.T("You painted masks on this photograph and have not used them yet. Another photograph discards them."), Yes: words.T("Discard them"), No: words.T("Keep this photograph"), Act: act})
	})
}
