// Package handover has the server that served the page paint at print size.
package handover

import (
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/kept"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// printSizes are those that a server paints, if it takes so many pixels.
var printSizes = []int{1024, 1536, 2048, 3072, 4096}

const handOverID = "handover"

// jobKey is where a hand-over is remembered, from one visit to the next.
const jobKey = "job"

// A job is a painting that a server makes for this page.
type job struct {
	Created api.Created `json:"created"`
	Work    desk.Work   `json:"work"`
}

// A Printer has a server paint what is on the desk, larger.
type Printer struct {
	desk   *desk.Desk
	Store  *kept.Store
	Ledger *desk.Ledger
	Memory desk.Memory
	// Runner makes a job on the server and tells of it, or watches again one that is there.
	Runner func(created func(api.Created), attach api.Created) engine.Runner
	// Paint runs it.
	Paint func(job run.Job, runner engine.Runner, recipe engine.Recipe)

	// WithMasks makes files of the masks, and then goes on.
	WithMasks func(then func())

	asking    bool // whether to send the pictures to the server
	printSize int  // of the result that would be made there
}

// New returns one for the desk.
func New(d *desk.Desk) *Printer { return &Printer{desk: d, printSize: printSizes[0]} }

// RenderButton asks whether to send the pictures.
func (s *Printer) RenderButton() app.UI {
	return app.If(s.desk.Server != nil, func() app.UI {
		return app.Button().Class("quiet print").Type("button").Text(words.T("Make it print size")).Disabled(s.desk.Missing() != "" || s.desk.Busy()).
			OnClick(func(app.Context, app.Event) {
				s.WithMasks(func() {
					s.asking = true
					dom.ShowModal(handOverID)
				})
			})
	})
}

// Render asks before anything leaves the device, and says what would.
func (s *Printer) Render() app.UI {
	return dom.Dialog(handOverID, words.T("Make it print size"), func() { s.asking = false },
		app.If(s.asking && s.desk.Server != nil && s.desk.Missing() == "", func() app.UI {
			return app.Div().Class("group").Body(
				app.P().Text(words.T("%s (%s) and the settings will be sent to %s, painted there at the size you choose, and kept for at most %s.", s.pictures(), words.Bytes(s.uploadBytes()), dom.HostName(), s.kept())),
				app.Ul().Class("files").Body(app.Range(s.uploads()).Slice(func(i int) app.UI {
					p := s.uploads()[i]
					return app.Li().Text(words.T("%s, %d × %d pixels, %s", p.File.Name, p.W, p.H, words.Bytes(len(p.File.Data))))
				})),
				app.Label().For("print-size").Text(words.T("Size")),
				app.Select().ID("print-size").Body(
					app.Range(s.printSizes()).Slice(func(i int) app.UI {
						n := strconv.Itoa(s.printSizes()[i])
						return app.Option().Value(n).Text(n + " px").Selected(s.printSizes()[i] == s.printSize)
					}),
				).OnChange(func(ctx app.Context, _ app.Event) {
					if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil {
						s.printSize = n
					}
				}),
			)
		}),
		app.Div().Class("answers").Body(
			dom.Press("quiet", words.T("Keep everything here"), func() { dom.CloseModal(handOverID) }),
			dom.Press("main", words.T("Send and paint"), s.handOver),
		),
	)
}

// printSizes are those that the server takes of this photograph.
func (s *Printer) printSizes() []int {
	var list []int
	for _, n := range printSizes {
		w, h := s.desk.Content.Fit(n)
		if len(list) == 0 || s.desk.Server.Megapixels == 0 || w*h <= s.desk.Server.Megapixels*1_000_000 {
			list = append(list, n)
		}
	}
	return list
}

// uploads are the pictures that would be sent.
func (s *Printer) uploads() []*desk.Picture {
	_, pictures := s.desk.Work(s.desk.Recipe)
	return pictures
}

// handOver has the server paint the same recipe, larger.
func (s *Printer) handOver() {
	dom.CloseModal(handOverID)
	if s.desk.Server == nil || s.desk.Missing() != "" || s.desk.Busy() {
		return
	}
	recipe := s.desk.Recipe
	recipe.Size = s.printSize
	now := time.Now()
	until := now.Add(time.Duration(s.desk.Server.KeepSeconds) * time.Second)
	s.note(s.Ledger.Tell(desk.Sent{Text: words.T("Sent %s (%s) to %s at %s. They are deleted there by %s at the latest.", s.pictures(), words.Bytes(s.uploadBytes()), dom.HostName(), now.Format("15:04"), words.Date(until)), Until: until}))
	w, pictures := s.desk.Work(recipe)
	st := s.Store
	s.Paint(run.Job{Upload: s.uploadBytes()}, s.Runner(func(c api.Created) {
		s.desk.Page.Dispatch(func() { s.desk.Run.Sent() })
		s.note(s.Memory.Set(jobKey, job{c, w}))
		s.note(st.KeepPictures(pictures))
	}, api.Created{}), recipe)
}

// Find looks whether a server still paints for this page, and watches it again. It says
// whether that is so, and is called outside the event loop.
func (s *Printer) Find() bool {
	var j job
	if s.Memory.Get(jobKey, &j) != nil || j.Created.ID == "" {
		return false
	}
	err := s.Store.Restore(s.desk, j.Work, func(recipe engine.Recipe) {
		s.Paint(run.Job{}, s.Runner(nil, j.Created), recipe)
	})
	if err != nil {
		app.Log("the server's painting cannot be watched again:", err)
		s.Forget()
		return false
	}
	return true
}

// Forget drops the job that was watched.
func (s *Printer) Forget() { s.Memory.Del(jobKey) }

// note is for what is not remembered beyond this visit.
func (s *Printer) note(err error) {
	if err != nil {
		app.Log("this cannot be remembered:", err)
	}
}

func (s *Printer) pictures() string { return words.T("%d pictures", len(s.uploads())) }

func (s *Printer) uploadBytes() int {
	sum := len(s.desk.Recipe.JSON())
	for _, p := range s.uploads() {
		sum += len(p.File.Data)
	}
	return sum
}

// kept is how long the server keeps what it is sent.
func (s *Printer) kept() string {
	d := time.Duration(s.desk.Server.KeepSeconds) * time.Second
	if d >= 48*time.Hour {
		return words.T("%d days", int(d.Hours()/24))
	}
	if d >= 2*time.Hour {
		return words.T("%d hours", int(d.Hours()))
	}
	return words.T("%d minutes", int(d.Minutes()))
}
