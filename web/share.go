package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/web/dom"
	"trappedinart/web/envelope"
	"trappedinart/web/words"
)

// shareDays are for how long a server can be asked to keep a share.
var shareDays = []int{1, 7, 30, 90}

const shareID = "share"

// A share is a result that a server keeps sealed, with what this browser alone knows of
// it: the key that opens it and the token that deletes it.
type share struct {
	ID      string    `json:"id"`
	Token   string    `json:"token"`
	Link    string    `json:"link"`
	Expires time.Time `json:"expires"`
}

// live says whether the server still has it, as far as is known here.
func (sh *share) live() bool { return sh != nil && time.Now().Before(sh.Expires) }

// sharing is what is chosen before a result is sent.
type sharing struct {
	entry    *entry
	contents envelope.Envelope // made beforehand, so that its size can be said
	before   []byte            // the photograph, at the result's size
	ready    bool              // both are made
	with     bool              // the photograph goes along
	days     int
	working  bool   // it is being sent, or deleted
	problem  string // one sentence
}

// size is how many bytes would be sent.
func (sg *sharing) size() int {
	e := sg.contents
	n := envelope.Overhead + len(e.Title) + len(e.Recipe) + len(e.Picture)
	if sg.with {
		n += len(sg.before)
	}
	return n
}

// openShare asks before anything leaves the device.
func (s *studio) openShare() {
	if s.run.Result == nil || s.entry == nil || s.busy() {
		return
	}
	result, photograph := s.run.Result, s.content
	sg := &sharing{entry: s.entry, days: 30}
	s.sharing = sg
	dom.ShowModal(shareID)
	s.page.Async(func() {
		picture, err := resultFile(result.Picture, result.Recipe, "image/png")
		var before []byte
		if err == nil && photograph != nil {
			before, err = photograph.resized(result.Picture.Rect.Dx(), result.Picture.Rect.Dy())
		}
		s.page.Dispatch(func(app.Context) {
			if err != nil {
				sg.problem = engine.AsError(err).Message
				return
			}
			sg.contents.Recipe, sg.contents.Picture, sg.before, sg.ready = result.Recipe.JSON(), picture, before, true
		})
	})
}

// resized returns the picture as a JPEG of that size, with nothing of what a camera wrote
// into the file.
func (p *picture) resized(w, h int) ([]byte, error) {
	bitmap, err := dom.Await(app.Window().Call("createImageBitmap", p.blob, map[string]any{"imageOrientation": "from-image"}))
	if err != nil {
		return nil, err
	}
	defer bitmap.Call("close")
	blob, err := dom.Encode(bitmap, w, h, "image/jpeg", 0.9)
	if err != nil {
		return nil, err
	}
	return dom.BytesOf(blob)
}

func (s *studio) renderShare() app.UI {
	sg := s.sharing
	shared := sg != nil && sg.entry.Share.live()
	return dom.Dialog(shareID, words.Share, func() { s.sharing = nil },
		app.If(shared, func() app.UI { return s.renderLink(sg.entry.Share) }).
			ElseIf(sg != nil, func() app.UI { return s.renderSharing(sg) }),
		app.Div().Role("alert").Body(app.If(sg != nil && sg.problem != "", func() app.UI { return app.P().Text(sg.problem) })),
		app.Div().Class("answers").Body(
			app.If(shared, func() app.UI {
				return dom.Press("quiet", words.Revoke, func() { s.revoke(s.sharing) }).Disabled(sg.working)
			}),
			dom.Press("quiet", words.Close, func() { dom.CloseModal(shareID) }, shareID),
			app.If(shared, func() app.UI {
				return dom.Press("main", words.CopyLink, func() { s.copyLink(sg.entry.Share.Link) }, sg.entry.ID)
			}).ElseIf(sg != nil, func() app.UI {
				return dom.Press("main", words.ShareSend, func() { s.send(s.sharing) }).Disabled(!sg.ready || sg.working)
			}),
		),
	)
}

// renderSharing says in one sentence what will be sent, and has the choices.
func (s *studio) renderSharing(sg *sharing) app.UI {
	text := words.Making
	switch {
	case sg.working:
		text = fmt.Sprintf(words.ShareSending, words.Bytes(sg.size()))
	case sg.ready:
		text = fmt.Sprintf(words.ShareWhat, sg.what(), words.Bytes(sg.size()), dom.HostName(), days(sg.days))
	}
	return app.Div().Class("group").Body(
		app.P().Role("status").Text(text),
		app.Label().For("share-days").Text(words.ShareDays),
		app.Select().ID("share-days").Body(app.Range(shareDays).Slice(func(i int) app.UI {
			d := shareDays[i]
			return app.Option().Value(strconv.Itoa(d)).Text(days(d)).Selected(d == sg.days)
		})).OnChange(func(ctx app.Context, _ app.Event) {
			if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil && s.sharing != nil {
				s.sharing.days = n
			}
		}),
		app.Label().For("share-name").Text(words.ShareTitle),
		app.Input().ID("share-name").Type("text").MaxLength(200).Value(sg.contents.Title).AutoComplete(false).
			OnInput(func(ctx app.Context, _ app.Event) {
				if s.sharing != nil {
					s.sharing.contents.Title = ctx.JSSrc().Get("value").String()
				}
			}),
		app.Label().Class("check").Body(
			app.Input().ID("share-with").Type("checkbox").Checked(sg.with).OnChange(func(ctx app.Context, _ app.Event) {
				if s.sharing != nil {
					s.sharing.with = ctx.JSSrc().Get("checked").Bool()
				}
			}),
			app.Span().Text(words.ShareWith),
		),
	)
}

// what says which pictures go.
func (sg *sharing) what() string {
	if sg.with {
		return words.ShareBoth
	}
	return words.ShareOne
}

func (s *studio) renderLink(sh *share) app.UI {
	return app.Div().Class("group").Body(
		app.P().Role("status").Text(fmt.Sprintf(words.Shared, sh.Expires.Format(words.Date))),
		app.Input().ID("share-link").Type("text").ReadOnly(true).Value(sh.Link).Aria("label", words.Link),
		app.P().Class("fine").Role("status").Text(s.said), // the page's own status is behind the dialog
	)
}

// send seals the result, and has the server keep what then nobody can read without the key.
func (s *studio) send(sg *sharing) {
	if sg == nil || !sg.ready || sg.working {
		return
	}
	sg.working, sg.problem = true, ""
	e := sg.contents
	if sg.with {
		e.Before = sg.before
	}
	period, what, size := sg.days, sg.what(), words.Bytes(sg.size())
	s.page.Async(func() {
		sh, err := postShare(e, period)
		s.page.Dispatch(func(app.Context) {
			sg.working = false
			if err != nil {
				sg.problem = engine.AsError(err).Message
				return
			}
			sg.entry.Share = sh
			s.tell(sent{ID: sh.ID, Text: fmt.Sprintf(words.SentShare, what, size, dom.HostName(), time.Now().Format("15:04"), sh.Expires.Format(words.Date)), Until: sh.Expires})
			s.keepShare(sg.entry)
			s.copyLink(sh.Link)
		})
	})
}

// postShare seals and sends, outside the event loop.
func postShare(e envelope.Envelope, days int) (*share, error) {
	sealed, key, err := envelope.Seal(e)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	address := &url.URL{Path: "/api/v1/shares", RawQuery: url.Values{"days": {strconv.Itoa(days)}}.Encode()}
	answer, err := ask(ctx, httpClient, dom.BaseURL().ResolveReference(address), http.MethodPost, "", bytes.NewReader(sealed),
		http.Header{"Content-Type": {"application/octet-stream"}})
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var made api.Shared
	if err := json.NewDecoder(io.LimitReader(answer.Body, maxJSON)).Decode(&made); err != nil || made.ID == "" {
		return nil, offline(ctx, fmt.Errorf("no share in the answer: %w", err))
	}
	link := dom.BaseURL().ResolveReference(&url.URL{Path: made.Links.Page, Fragment: key.String()})
	return &share{made.ID, made.DeleteToken, link.String(), made.Expires}, nil
}

// revoke deletes the share of a result.
func (s *studio) revoke(sg *sharing) {
	if sg == nil || sg.working || sg.entry.Share == nil {
		return
	}
	sg.working, sg.problem = true, ""
	sh := sg.entry.Share
	s.page.Async(func() {
		err := deleteShare(sh)
		s.page.Dispatch(func(app.Context) {
			sg.working = false
			if err != nil {
				sg.problem = engine.AsError(err).Message
				return
			}
			sg.entry.Share = nil
			s.untell(sh.ID)
			s.keepShare(sg.entry)
			dom.CloseModal(shareID)
			s.say(words.Revoked)
		})
	})
}

// deleteShare has the server delete it, outside the event loop. One that is not there any
// more is no error.
func deleteShare(sh *share) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	answer, err := ask(ctx, httpClient, dom.BaseURL().ResolveReference(&url.URL{Path: "/api/v1/shares/" + sh.ID}), http.MethodDelete, sh.Token, nil, nil)
	if e := engine.AsError(err); e != nil && e.Code != engine.NotFound {
		return err
	}
	if answer != nil {
		answer.Body.Close()
	}
	return nil
}

// revokeGone revokes the share of a result that is deleted, since nothing else could then.
// It is called outside the event loop.
func (s *studio) revokeGone(e *entry) {
	if !e.Share.live() {
		return
	}
	if err := deleteShare(e.Share); err != nil {
		app.Log("revoking:", err)
		s.complain(fmt.Sprintf(words.ShareStays, e.Share.Expires.Format(words.Date)))
		return
	}
	s.page.Dispatch(func(app.Context) { s.untell(e.Share.ID) })
}

// keepShare keeps a result's share with it, in the history's store.
func (s *studio) keepShare(e *entry) {
	meta, err := json.Marshal(e)
	s.page.Async(func() {
		if err == nil {
			var kept app.Value
			if kept, err = s.store.get(kResults, e.ID); err == nil && kept == nil {
				err = fmt.Errorf("the result %s is not kept", e.ID)
			}
			if err == nil {
				err = s.store.put(kResults, e.ID, map[string]any{"meta": string(meta), "blob": kept.Get("blob"), "thumb": kept.Get("thumb")})
			}
		}
		if err != nil {
			app.Log("the share cannot be kept:", err)
			s.complain(words.ShareNotKept)
		}
	})
}

// copyLink puts a link on the clipboard, where it can be; it is shown as well.
func (s *studio) copyLink(link string) {
	s.copyText(link, func() { app.Log("the link cannot be copied") })
}

func days(n int) string {
	if n == 1 {
		return words.Day
	}
	return fmt.Sprintf(words.Days, n)
}
