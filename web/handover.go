package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/dom"
	"trappedinart/web/run"
	"trappedinart/web/words"
)

// printSizes are those that a server paints, if it takes so many pixels.
var printSizes = []int{1024, 1536, 2048, 3072, 4096}

const handOverID = "handover"

// What is remembered of a hand-over, from one visit to the next.
const (
	jobKey  = "job"
	sentKey = "sent"
)

// A job is a painting that a server makes for this page.
type job struct {
	Created api.Created `json:"created"`
	Work    work        `json:"work"`
}

// sent is what has left this device.
type sent struct {
	ID    string    `json:"id,omitempty"` // of a share
	Text  string    `json:"text"`
	Until time.Time `json:"until"`
}

// renderHandOver asks before anything leaves the device, and says what would.
func (s *studio) renderHandOver() app.UI {
	return dom.Dialog(handOverID, words.PrintSize, func() { s.asking = false },
		app.If(s.asking && s.host != nil && s.missing() == "", func() app.UI {
			return app.Div().Class("group").Body(
				app.P().Text(fmt.Sprintf(words.PrintWhat, s.pictures(), words.Bytes(s.uploadBytes()), dom.HostName(), s.kept())),
				app.Ul().Class("files").Body(app.Range(s.uploads()).Slice(func(i int) app.UI {
					p := s.uploads()[i]
					return app.Li().Text(fmt.Sprintf(words.PrintFile, p.file.Name, p.w, p.h, words.Bytes(len(p.file.Data))))
				})),
				app.Label().For("print-size").Text(words.Size),
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
			dom.Press("quiet", words.PrintKeep, func() { dom.CloseModal(handOverID) }),
			dom.Press("main", words.PrintSend, s.handOver),
		),
	)
}

// printSizes are those that the server takes of this photograph.
func (s *studio) printSizes() []int {
	var list []int
	for _, n := range printSizes {
		w, h := dom.Fit(s.content.w, s.content.h, n)
		if len(list) == 0 || s.host.Megapixels == 0 || w*h <= s.host.Megapixels*1_000_000 {
			list = append(list, n)
		}
	}
	return list
}

// uploads are the pictures that would be sent.
func (s *studio) uploads() []*picture {
	_, pictures := s.work(s.recipe)
	return pictures
}

// handOver has the server paint the same recipe, larger.
func (s *studio) handOver() {
	dom.CloseModal(handOverID)
	if s.host == nil || s.missing() != "" || s.busy() {
		return
	}
	recipe := s.recipe
	recipe.Size = s.printSize
	now := time.Now()
	until := now.Add(time.Duration(s.host.KeepSeconds) * time.Second)
	s.tell(sent{Text: fmt.Sprintf(words.Sent, s.pictures(), words.Bytes(s.uploadBytes()), dom.HostName(), now.Format("15:04"), until.Format(words.Date)), Until: until})
	w, pictures := s.work(recipe)
	st := s.store
	s.paint(run.Job{Upload: s.uploadBytes()}, &serverRunner{base: dom.BaseURL(), client: httpClient, decode: dom.Decode, created: func(c api.Created) {
		s.page.Dispatch(func(app.Context) { s.run.Sent() })
		s.save(jobKey, job{c, w})
		if err := st.keepPictures(pictures); err != nil {
			app.Log(err)
		}
	}}, recipe, func(*engine.Request) error { return nil })
}

// findJob looks whether a server still paints for this page, and watches it again. It says
// whether that is so, and is called outside the event loop.
func (s *studio) findJob() bool {
	var j job
	if s.page.LocalStorage().Get(jobKey, &j) != nil || j.Created.ID == "" {
		return false
	}
	err := s.restore(j.Work, func(recipe engine.Recipe) {
		s.paint(run.Job{}, &serverRunner{base: dom.BaseURL(), client: httpClient, decode: dom.Decode, attach: j.Created}, recipe,
			func(*engine.Request) error { return nil })
	})
	if err != nil {
		app.Log("the server's painting cannot be watched again:", err)
		s.forgetJob()
		return false
	}
	return true
}

func (s *studio) forgetJob() { s.page.LocalStorage().Del(jobKey) }

func (s *studio) findSent() {
	var list []sent
	if s.page.LocalStorage().Get(sentKey, &list) == nil {
		s.sent = slices.DeleteFunc(list, func(said sent) bool { return !time.Now().Before(said.Until) })
	}
}

// tell says, until it is deleted there, what has left this device.
func (s *studio) tell(said sent) {
	s.sent = append([]sent{said}, s.sent...)
	s.save(sentKey, s.sent)
}

// untell says that a share was deleted on the server.
func (s *studio) untell(id string) {
	for i := range s.sent {
		if s.sent[i].ID == id {
			s.sent[i].Text += " " + fmt.Sprintf(words.SentRevoked, time.Now().Format("15:04"))
		}
	}
	s.save(sentKey, s.sent)
}

// save remembers a value from one visit to the next.
func (s *studio) save(key string, value any) {
	if err := s.page.LocalStorage().Set(key, value); err != nil {
		app.Log("this cannot be remembered:", key, err)
	}
}

func (s *studio) pictures() string { return fmt.Sprintf(words.SoMany, len(s.uploads())) }

func (s *studio) uploadBytes() int {
	sum := len(s.recipe.JSON())
	for _, p := range s.uploads() {
		sum += len(p.file.Data)
	}
	return sum
}

// kept is how long the server keeps what it is sent.
func (s *studio) kept() string {
	d := time.Duration(s.host.KeepSeconds) * time.Second
	if d >= 48*time.Hour {
		return fmt.Sprintf(words.Days, int(d.Hours()/24))
	}
	if d >= 2*time.Hour {
		return fmt.Sprintf(words.Hours, int(d.Hours()))
	}
	return fmt.Sprintf(words.Minutes, int(d.Minutes()))
}
