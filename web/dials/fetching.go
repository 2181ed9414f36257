package dials

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/dom"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// A Fetcher asks the server how far it is with a network that it can fetch, or has it begin
// (POST), and for the list of networks anew.
type Fetcher interface {
	Fetch(ctx context.Context, method string) (*api.Fetch, error)
	Renew(ctx context.Context) ([]api.Weights, error)
}

// fetchLook is how often the server is asked how far it is with a network.
const fetchLook = time.Second

// coming says whether the server is about it.
func coming(f *api.Fetch) bool {
	return f.State == api.FetchFetching || f.State == api.FetchChecking || f.State == api.FetchQuantising
}

// LookAtFetch asks whether there is a network that the server could fetch, and goes on
// asking while it does.
func (s *Panel) LookAtFetch() {
	s.askFetch(http.MethodGet)
}

// startFetch has the server fetch it.
func (s *Panel) startFetch() {
	s.fetch.State, s.fetch.Error, s.wanted = api.FetchFetching, nil, true
	s.askFetch(http.MethodPost)
}

func (s *Panel) askFetch(method string) {
	list := s.Networks
	s.desk.Page.Async(func() {
		f, err := s.Fetcher.Fetch(context.Background(), method)
		if err == nil && f.State == api.Done && !has(list, f.Name) {
			list, err = s.Fetcher.Renew(context.Background())
		}
		s.desk.Page.Dispatch(func() { s.hearFetch(f, list, err) })
	})
}

func has(list []api.Weights, name string) bool {
	return slices.ContainsFunc(list, func(w api.Weights) bool { return w.Name == name })
}

// hearFetch takes what the server answers, and the list if it has the network.
func (s *Panel) hearFetch(f *api.Fetch, list []api.Weights, err error) {
	switch {
	case err != nil && s.fetch == nil:
		return // a server that fetches nothing, or none
	case err != nil && !coming(s.fetch):
		return
	case err != nil && engine.AsError(err).Code != engine.Unavailable:
		s.desk.Problem, s.fetch.State = engine.AsError(err).Message, api.FetchIdle
		return
	case err != nil: // it may be back in a moment
	case f.State == api.Done:
		s.arrive(f.Name, list)
		return
	default:
		s.fetch = f
	}
	if coming(s.fetch) {
		s.desk.Page.After(fetchLook, s.LookAtFetch)
	}
}

// arrive puts the new list in place, and chooses the network if it was asked for here.
func (s *Panel) arrive(name string, list []api.Weights) {
	wanted := s.wanted && !s.desk.Busy() && has(list, name)
	s.Networks, s.fetch, s.wanted = list, nil, false
	if wanted {
		s.desk.Change("weights", func(r *engine.Recipe) error { r.Weights = name; return nil })
		s.desk.Say(words.T("VGG-19 is ready and selected."))
	}
}

// renderFetch offers the network that the server could fetch to a person who may have it
// fetched, and tells others who can.
func (s *Panel) renderFetch() []app.UI {
	f := s.fetch
	if f == nil {
		return nil
	}
	body := []app.UI{app.P().ID("fetch").Class("unseen").Role("status").Text(fetchStage(f))}
	switch {
	case coming(f):
		bar := app.Progress().Max(1).Aria("label", words.T("Download by the server"))
		if f.State == api.FetchFetching && f.Total > 0 {
			bar = bar.Value(float64(f.Bytes) / float64(f.Total))
		}
		return append(body, app.Div().Class("progress", "wide").Body(bar, app.P().Class("fine").Aria("hidden", true).Text(fetchFine(f))))
	case !f.Allowed:
		return append(body, app.P().Class("help-text").Text(words.T("Finest (VGG-19) is not on this server. Its operator can download it with trapped networks fetch or trapped serve --fetch-network.")))
	case f.Error != nil:
		body = append(body, app.P().Class("help-text").Aria("hidden", true).Text(f.Error.Detail))
	}
	return append(body, dom.Press("quiet wide", fetchOffer(f), s.startFetch))
}

// fetchOffer is what the button says.
func fetchOffer(f *api.Fetch) string {
	switch {
	case f.Total == 0:
		return words.T("Finest: let this server download VGG-19")
	case f.Bytes > 0:
		return words.T("Finest: let this server continue to download VGG-19 (%s left)", words.Bytes(max(0, int(f.Total-f.Bytes))))
	}
	return words.T("Finest: let this server download VGG-19 (%s, once)", words.Bytes(int(f.Total)))
}

// fetchStage is the announced stage.
func fetchStage(f *api.Fetch) string {
	switch f.State {
	case api.FetchFetching:
		return words.T("Downloading the network …")
	case api.FetchChecking:
		return words.T("Checking the download …")
	case api.FetchQuantising:
		return words.T("Making it small for browsers …")
	case api.Failed:
		if f.Error != nil {
			return f.Error.Detail
		}
	}
	return ""
}

// fetchFine is what the eye reads while it comes.
func fetchFine(f *api.Fetch) string {
	if f.State == api.FetchFetching && f.Total > 0 {
		return run.FetchingText(f.Bytes, f.Total)
	}
	return fetchStage(f)
}
