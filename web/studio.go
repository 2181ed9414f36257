package main

import (
	"context"
	"maps"
	"net/url"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
)

// States of the page, as its status element says them.
const (
	idle    = "idle"
	loading = "loading"
	running = "running"
	paused  = "paused"
	done    = "done"
	failed  = "failed"
)

// studio is the page: what it knows, and its layout. Its parts are in the files that
// main.go lists. All fields belong to go-app's event loop.
type studio struct {
	app.Compo
	// page is the context of the whole page. What comes later goes through it: that
	// of an element is dead once the element is gone.
	page app.Context

	recipe   engine.Recipe
	networks []api.Weights
	stored   map[string]int64 // bytes of each network's file that are on this device
	host     *api.Health      // the server that could paint, or nil

	content *picture
	styles  []*picture

	state    string
	progress engine.Progress
	stop     context.CancelFunc // of the run that is under way
	control  *engine.Control    // of the run that is under way, if it can be steered
	stopping bool
	result   *engine.Result
	took     time.Duration
	stopped  bool
	problem  string // one sentence, where the eye is
	split    string // of before and after, in per cent

	asking    bool   // whether to send the pictures to the server
	printSize int    // of the result that would be made there
	sent      string // what has left the device

	worker  *workerRunner
	offered *catalogue
}

func newStudio() *studio {
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		panic(err)
	}
	recipe.Size = sizes[0]
	return &studio{recipe: recipe, state: idle, split: "0", printSize: printSizes[0]}
}

// OnMount makes the connections and looks at the page's address.
func (s *studio) OnMount(ctx app.Context) {
	s.page = ctx
	base := baseURL()
	s.preset(base.Query())
	s.offered = &catalogue{base: base, client: httpClient, memory: ctx.LocalStorage()}
	s.worker = &workerRunner{open: openWorker, address: s.offered.Address, patience: 30 * time.Second, grace: 5 * time.Second}
	if err := s.worker.Warm(); err != nil {
		s.problem = engine.AsError(err).Message
	}
	ctx.Async(func() {
		networks, err := s.offered.Networks(context.Background())
		s.fetchAhead(networks)
		s.lookWhatIsKept()
		host := s.offered.Server(context.Background())
		ctx.Dispatch(func(app.Context) {
			s.networks, s.host = networks, host
			if err != nil {
				s.problem = engine.AsError(err).Message
			}
		})
	})
	s.takeExample(exampleContents[0], func(p *picture) {
		if s.content == nil {
			s.setContent(p)
		}
	})
	s.takeExample(exampleStyles[0], func(p *picture) {
		if len(s.styles) == 0 {
			s.addStyle(p)
		}
	})
	s.listenToPaste()
}

// fetchAhead gets the first network, which a recipe has unless another is chosen, before
// the first Start, if it is a matter of a moment.
func (s *studio) fetchAhead(networks []api.Weights) {
	const moment = 1e6 // bytes; the page itself has five times as many
	if len(networks) == 0 || networks[0].Transfer() > moment {
		return
	}
	if err := s.worker.Fetch(s.offered.addressOf(networks[0])); err != nil {
		app.Log("fetching ahead:", err)
	}
	s.page.After(lookAgain, func(app.Context) { s.lookWhatIsKept() })
}

// lookAgain is when to look again at files that are being fetched.
const lookAgain = 2 * time.Second

// lookWhatIsKept asks the browser which networks are on this device.
func (s *studio) lookWhatIsKept() {
	s.page.Async(func() {
		stored := keptFiles(context.Background())
		s.page.Dispatch(func(app.Context) {
			if !maps.Equal(s.stored, stored) { // the rest of a network comes after its run
				s.page.After(lookAgain, func(app.Context) { s.lookWhatIsKept() })
			}
			s.stored = stored
		})
	})
}

// preset takes what the page's address presets: network, seed, size, iterations.
func (s *studio) preset(query url.Values) {
	for name, setting := range map[string]string{"network": "weights", "seed": "seed", "size": "size", "iterations": "iterations"} {
		if text := query.Get(name); text != "" {
			declared, _ := engine.SettingByName(setting)
			if err := declared.Set(&s.recipe, text); err != nil {
				s.problem = engine.AsError(err).Message
			}
		}
	}
}

// listenToPaste takes a pasted picture as the photograph if there is none of the
// person's own yet, and else as a style.
func (s *studio) listenToPaste() {
	app.Window().Call("addEventListener", "paste", app.FuncOf(func(_ app.Value, args []app.Value) any {
		clipboard := args[0].Get("clipboardData")
		if !clipboard.Truthy() {
			return nil
		}
		files := clipboard.Get("files")
		s.page.Dispatch(func(app.Context) {
			take := s.addStyle
			if s.content == nil || s.content.example {
				take = s.setContent
			}
			s.takeFiles(files, take)
		})
		return nil
	}))
}

func (s *studio) busy() bool { return s.state == loading || s.state == running || s.state == paused }

// complain shows one sentence.
func (s *studio) complain(sentence string) {
	s.page.Dispatch(func(app.Context) { s.problem = sentence })
}

func (s *studio) Render() app.UI {
	return app.Div().Class("studio").Body(
		app.Header().Class("top").Body(
			app.H1().Text(words.Title),
			app.P().Class("privacy").ID("privacy").Text(s.privacy()),
		),
		app.Main().Body(
			s.renderPictures(),
			s.renderStage(),
			s.renderDials(),
		),
		s.renderHandOver(),
		s.renderBar(),
	)
}

func (s *studio) privacy() string {
	if s.sent != "" {
		return s.sent
	}
	return words.Private
}

// number is a loss for an attribute.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
