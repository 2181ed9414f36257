package main

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/desk"
	"trappedinart/web/dials"
	"trappedinart/web/dom"
	"trappedinart/web/painting"
	"trappedinart/web/pictures"
	"trappedinart/web/runner"
	"trappedinart/web/words"
)

// OnMount makes the connections and looks at the page's address.
func (s *studio) OnMount(ctx app.Context) {
	s.page.ctx = ctx
	base, memory := dom.BaseURL(), ctx.LocalStorage()
	s.preset(base.Query())
	s.offered = &runner.Catalogue{
		Base: base, Client: runner.HTTPClient, Memory: memory, Static: app.Getenv(api.StaticNetworks),
		Log: func(v ...any) { app.Log(v...) },
	}
	s.dials.Fetcher = s.offered
	s.connect()
	s.ledger = desk.OpenLedger(memory, time.Now)
	s.sharer.Ledger, s.printer.Ledger, s.printer.Memory = s.ledger, s.ledger, memory
	s.stage.Mount()
	s.film.Mount()
	ctx.Async(s.lookAround)
	ctx.Async(func() { s.stage.Open(pictures.OpeningPath()) })
	ctx.Async(s.takeUp)
	s.pictures.ListenToPaste()
	s.pictures.ListenToDrops()
	s.listenToKeys()
	s.sharer.ListenToLinks()
	dom.OnSeen(func(seen bool) {
		if !seen {
			s.page.Quietly(s.desk.Run.Save)
		}
	})
	ctx.Defer(func(app.Context) {
		s.stage.Listen()
		s.sharer.Listen()
		s.masks.Listen()
		s.dials.Show()
		s.painter.ShowProgress()
	})
}

// connect starts the worker.
func (s *studio) connect() {
	s.worker.Open = func(in *runner.Inbox, means runner.Means) (runner.Line, error) {
		return openWorker(in, means,
			func(checkpoint app.Value) { s.page.Quietly(func() { s.painter.Keep(checkpoint) }) },
			func(preview app.Value) { s.page.Quietly(func() { s.painter.Show(preview) }) },
		)
	}
	s.worker.Means = runner.Means{Workers: s.workers, Memory: memoryLimit}
	s.worker.Address, s.worker.Patience, s.worker.Grace = s.offered.Address, 30*time.Second, 5*time.Second
	if err := s.worker.Warm(); err != nil {
		s.desk.Problem = engine.AsError(err).Message
	}
}

// lookAround finds out what the page's address offers, outside the event loop.
func (s *studio) lookAround() {
	networks, err := s.offered.Networks(context.Background())
	s.page.Dispatch(func() { s.fetchAhead(networks) })
	s.lookWhatIsKept()
	server := s.offered.Server(context.Background())
	s.page.Dispatch(func() {
		s.dials.Networks, s.desk.Server = networks, server
		if server != nil && len(networks) > 0 {
			s.dials.LookAtFetch()
		}
		if err != nil {
			s.desk.Problem = engine.AsError(err).Message
		}
	})
}

// takeUp puts on the page what an earlier visit left, or examples, and what the address asks for;
// outside the event loop.
func (s *studio) takeUp() {
	taken := s.printer.Find() || s.painter.FindInterrupted()
	if !taken {
		s.pictures.OpenExamples()
	}
	s.page.Dispatch(s.sharer.FollowLink)
	s.history.Load(!taken && !painting.Kept())
}

// fetchAhead gets the network of the recipe before the first Start, if it is a matter of a
// moment.
func (s *studio) fetchAhead(networks []api.Weights) {
	i := slices.IndexFunc(networks, func(w api.Weights) bool { return w.Name == s.desk.Recipe.Weights })
	if i < 0 || networks[i].Transfer() > dials.Moment {
		return
	}
	if err := s.worker.Fetch(s.offered.AddressOf(networks[i])); err != nil {
		app.Log("fetching ahead:", err)
	}
	s.page.After(lookAgain, s.lookWhatIsKept)
}

// lookAgain is when to look again at files that are being fetched.
const lookAgain = 2 * time.Second

// lookWhatIsKept asks the browser which networks are on this device.
func (s *studio) lookWhatIsKept() {
	s.page.Async(func() {
		stored := dom.KeptFiles(context.Background())
		s.page.Dispatch(func() {
			if s.dials.Store(stored) { // the rest of a network comes after its run
				s.page.After(lookAgain, s.lookWhatIsKept)
			}
		})
	})
}

// memoryLimit leaves enough of WebAssembly's 4 GiB of addresses for what garbage leaves
// between large maps, and is what a tab may take on most devices.
const memoryLimit = 1536 << 20

// mostWorkers is how many workers an address can ask for, and manyWorkers how many there are
// otherwise at most.
const (
	mostWorkers = 16
	manyWorkers = 8
)

// preset takes what the page's address presets: network, seed, size, iterations, workers.
func (s *studio) preset(query url.Values) {
	if dom.Slow() {
		s.desk.Recipe.Weights = engine.SmallNetwork
	}
	for name, setting := range map[string]string{"network": "weights", "seed": "seed", "size": "size", "iterations": "iterations"} {
		if text := query.Get(name); text != "" {
			declared, _ := engine.SettingByName(setting)
			if err := declared.Set(&s.desk.Recipe, text); err != nil {
				s.desk.Problem = engine.AsError(err).Message
			}
		}
	}
	s.workers = min(dom.Processors(), manyWorkers)
	if text := query.Get("workers"); text != "" {
		if n, err := strconv.Atoi(text); err != nil || n < 1 || n > mostWorkers {
			s.desk.Problem = words.T("The address's workers= must be 1 to %d. Leave it out to use all processors.", mostWorkers)
		} else {
			s.workers = n
		}
	}
	s.forecast.Alone = s.workers > 1 && !dom.Shares()
	if text := query.Get("backend"); !slices.Contains([]string{"", "cpu", "webgpu", "fastest"}, text) {
		s.desk.Problem = words.T("The address's backend= must be cpu, webgpu or fastest. Leave it out to let the page choose.")
	}
}

// serverJob paints on the server that served the page.
func serverJob(created func(api.Created), attach api.Created) engine.Runner {
	return &runner.Server{Base: dom.BaseURL(), Client: runner.HTTPClient, Decode: dom.Decode, Created: created, Attach: attach}
}

// listenToKeys takes changes back by Ctrl+Z, where no text is written.
func (s *studio) listenToKeys() {
	app.Window().Call("addEventListener", "keydown", app.FuncOf(func(_ app.Value, args []app.Value) any {
		e := args[0]
		if !(e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()) || e.Get("altKey").Bool() {
			return nil
		}
		if e.Get("target").Call("matches", "input:not([type=range],[type=checkbox]), textarea").Bool() {
			return nil
		}
		act, again := s.desk.Undo, s.desk.Redo
		if s.masks.Open() {
			act, again = s.masks.Undo, s.masks.Redo
		}
		switch key, shift := e.Get("key").String(), e.Get("shiftKey").Bool(); {
		case key == "z" && !shift:
		case key == "y", (key == "z" || key == "Z") && shift:
			act = again
		default:
			return nil
		}
		e.Call("preventDefault")
		s.page.Dispatch(act)
		return nil
	}))
}
