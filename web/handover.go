package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// printSizes are those that a server paints.
var printSizes = []int{1024, 1536, 2048}

// renderHandOver asks before anything leaves the device, and says what would.
func (s *studio) renderHandOver() app.UI {
	return app.If(s.asking && s.host != nil, func() app.UI {
		return app.Section().Class("handover").Role("dialog").Aria("label", words.PrintSize).Body(
			app.P().Text(fmt.Sprintf(words.PrintWhat, s.pictures(), bytesText(s.uploadBytes()), hostName(), s.kept())),
			app.Select().ID("print-size").Aria("label", words.Size).Body(
				app.Range(printSizes).Slice(func(i int) app.UI {
					n := strconv.Itoa(printSizes[i])
					return app.Option().Value(n).Text(n + " px").Selected(printSizes[i] == s.printSize)
				}),
			).OnChange(func(ctx app.Context, _ app.Event) {
				if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil {
					s.printSize = n
				}
			}),
			app.Button().Class("main").Type("button").Text(words.PrintSend).
				OnClick(func(app.Context, app.Event) { s.handOver() }),
			app.Button().Class("quiet").Type("button").Text(words.PrintKeep).
				OnClick(func(app.Context, app.Event) { s.asking = false }),
		)
	})
}

// handOver has the server paint the same recipe, larger.
func (s *studio) handOver() {
	recipe := s.recipe
	recipe.Size = s.printSize
	now := time.Now()
	s.sent = fmt.Sprintf(words.Sent, s.pictures(), hostName(), now.Format("15:04"),
		now.Add(time.Duration(s.host.KeepSeconds)*time.Second).Format("2 January, 15:04"))
	s.run(&serverRunner{base: baseURL(), client: httpClient, decode: decodePicture}, recipe)
}

func (s *studio) pictures() string {
	return fmt.Sprintf("%d pictures", 1+len(s.styles))
}

func (s *studio) uploadBytes() int {
	sum := len(s.content.file.Data)
	for _, p := range s.styles {
		sum += len(p.file.Data)
	}
	return sum
}

// kept is how long the server keeps what it is sent.
func (s *studio) kept() string {
	d := time.Duration(s.host.KeepSeconds) * time.Second
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	if d >= 2*time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}

func hostName() string { return baseURL().Host }
