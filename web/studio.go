package main

import (
	"context"
	"fmt"
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

// Panels of the sheet that a phone has below the picture; a wide window shows them all.
const (
	sheetDials   = "dials"
	sheetHistory = "history"
)

// studio is the page: what it knows, and its layout. Its parts are in the files that
// main.go lists. All fields belong to go-app's event loop.
type studio struct {
	app.Compo
	// page is the context of the whole page. What comes later goes through it: that
	// of an element is dead once the element is gone.
	page app.Context

	recipe   engine.Recipe
	past     past
	networks []api.Weights
	stored   map[string]int64 // bytes of each network's file that are on this device
	host     *api.Health      // the server that could paint, or nil

	content *picture
	styles  []*picture
	begin   *engine.File // the result that the next run starts from, or nil
	masks   *layers      // painted on the photograph, or nil
	masking masking      // their editor
	touched bool         // the styles were chosen by the person
	mixing  bool         // examples are added to the styles, and do not replace them
	waits   []*string    // what is waited for, the latest last

	state       string
	progress    engine.Progress
	curve       curve
	stop        context.CancelFunc // of the run that is under way
	control     *engine.Control    // of the run that is under way, if it can be steered
	keeper      *keeper            // of the run that is under way, if it is kept
	interrupted *interrupted       // a run of an earlier visit, which waits for Resume
	where       string             // the run is painted: a server, or "" for here
	sending     bool               // its pictures are on their way there
	after       []func()           // what is to be done when the run has ended
	stopping    bool
	result      *engine.Result
	took        time.Duration
	stopped     bool

	problem  string    // one sentence, where the eye is
	said     string    // one sentence that is no problem, for a moment
	question *question // that is asked, or nil
	help     string    // the setting whose help is shown
	panel    string    // of the sheet that a phone shows
	format   string    // that results are saved in
	canShare bool      // results with other programs

	split    string // of before and after, in per cent
	zoom     int    // size of a pixel, or 0 to show all
	beside   bool   // the styles are shown beside the result
	drawn    bool   // the canvas shows something painted
	plotting bool   // the losses are shown large

	asking    bool   // whether to send the pictures to the server
	printSize int    // of the result that would be made there
	sent      []sent // what has left the device, the latest first

	sharing   *sharing // what is chosen before a result is shared, or nil
	shared    *shared  // what somebody else shared and is looked at, or nil
	shownZoom int      // size of a pixel of it, or 0 to show all

	history  []*entry
	entry    *entry // of the result, or nil
	selected string // ID of the entry that is shown
	room     int    // bytes that the history takes

	worker  *workerRunner
	offered *catalogue
	store   *store
}

func newStudio() *studio {
	recipe, err := engine.Preset(engine.Painterly)
	if err != nil {
		panic(err)
	}
	recipe.Size = sizes[0]
	return &studio{recipe: recipe, state: idle, split: "0", printSize: printSizes[0], panel: sheetDials, format: formats[0].name, store: &store{}, masking: newMasking()}
}

// OnMount makes the connections and looks at the page's address.
func (s *studio) OnMount(ctx app.Context) {
	s.page = ctx
	base := baseURL()
	s.preset(base.Query())
	s.offered = &catalogue{base: base, client: httpClient, memory: ctx.LocalStorage(), static: app.Getenv(api.StaticNetworks)}
	open := func(in *inbox) (line, error) {
		return openWorker(in, func(checkpoint app.Value) {
			ctx.Dispatch(func(app.Context) { s.keeper.keep(checkpoint) })
		})
	}
	s.worker = &workerRunner{open: open, address: s.offered.Address, patience: 30 * time.Second, grace: 5 * time.Second}
	if err := s.worker.Warm(); err != nil {
		s.problem = engine.AsError(err).Message
	}
	s.canShare = sharesFiles()
	s.findSent()
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
	ctx.Async(func() {
		taken := s.findJob() || s.findInterrupted()
		if !taken {
			s.openExamples()
		}
		ctx.Dispatch(func(app.Context) { s.followLink() })
		s.loadHistory(!taken && !held(runKey))
	})
	s.listenToPaste()
	s.listenToDrops()
	s.listenToKeys()
	s.listenToLinks()
	ctx.Defer(func(app.Context) {
		s.listenToDrags(frameID)
		s.listenToDrags(shownID)
		s.listenToBrush()
		s.showDials()
	})
}

// openExamples puts the first examples in place, so that Start works at once.
func (s *studio) openExamples() {
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

// mostWorkers is how many workers an address can ask for; static/worker.js knows it too.
const mostWorkers = 16

// preset takes what the page's address presets: network, seed, size, iterations. The number
// of workers and the back end are for openWorker, and only looked at here.
func (s *studio) preset(query url.Values) {
	for name, setting := range map[string]string{"network": "weights", "seed": "seed", "size": "size", "iterations": "iterations"} {
		if text := query.Get(name); text != "" {
			declared, _ := engine.SettingByName(setting)
			if err := declared.Set(&s.recipe, text); err != nil {
				s.problem = engine.AsError(err).Message
			}
		}
	}
	if text := query.Get("workers"); text != "" {
		if n, err := strconv.Atoi(text); err != nil || n < 1 || n > mostWorkers {
			s.problem = fmt.Sprintf(words.WrongWorkers, mostWorkers)
		}
	}
	if text := query.Get("backend"); text != "" && text != "cpu" && text != "webgpu" {
		s.problem = words.WrongBackend
	}
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
			s.renderPrivacy(),
		),
		app.Main().Body(
			s.renderPictures(),
			s.renderStage(),
			s.renderBar(),
			s.renderTabs(),
			s.renderDials(),
			s.renderHistory(),
		),
		s.renderHandOver(),
		s.renderShare(),
		s.renderShared(),
		s.renderLoss(),
		s.renderQuestion(),
	)
}

// renderPrivacy says what has left this device.
func (s *studio) renderPrivacy() app.UI {
	sign, line := "lock", words.Private
	if len(s.sent) > 0 {
		sign, line = "sent", s.sent[0].Text
	}
	return app.Div().Class("privacy").Body(
		icon(sign),
		app.P().ID("privacy").Text(line),
		app.If(len(s.sent) > 1, func() app.UI {
			return app.Details().Class("earlier").Body(
				app.Summary().Text(fmt.Sprintf(words.Earlier, len(s.sent)-1)),
				app.Ul().Body(app.Range(s.sent[1:]).Slice(func(i int) app.UI { return app.Li().Text(s.sent[1+i].Text) })),
			)
		}),
	)
}

// A body is an element that has others in it.
type body[T any] interface {
	Class(v ...string) T
}

// sheet marks a panel of the phone's sheet.
func sheet[T body[T]](s *studio, panel T, name string) T {
	if s.panel == name {
		return panel.Class("panel", "open")
	}
	return panel.Class("panel")
}

// renderTabs choose among the panels, on a phone.
func (s *studio) renderTabs() app.UI {
	tabs := []struct{ panel, label string }{{sheetDials, words.Dials}, {sheetHistory, words.History}}
	return app.Nav().Class("tabs").Aria("label", words.Panels).Body(app.Range(tabs).Slice(func(i int) app.UI {
		t := tabs[i]
		return press("tab", t.label, func() { s.panel = t.panel }, t.panel).Aria("pressed", s.panel == t.panel)
	}))
}

// number is a loss for an attribute.
func number(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
