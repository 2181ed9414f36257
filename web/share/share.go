// Package share keeps results on a server, sealed by a key that is in their links alone, opens what
// others shared, and makes and follows links of recipes.
package share

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
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/envelope"
	"trappedinart/web/kept"
	"trappedinart/web/photo"
	"trappedinart/web/runner"
	"trappedinart/web/words"
)

// shareDays are for how long a server can be asked to keep a share.
var shareDays = []int{1, 7, 30, 90}

const shareID = "share"

// A Sharer shares results, and shows what others shared.
type Sharer struct {
	desk   *desk.Desk
	Store  *kept.Store
	Ledger *desk.Ledger
	// Entry is that of the result that is shown, or nil.
	Entry func() *kept.Entry

	saver   *photo.Saver
	frame   *photo.Frame
	sharing *sharing // what is chosen before a result is shared, or nil
	shared  *shared  // what somebody else shared and is looked at, or nil
}

// New returns one for the desk.
func New(d *desk.Desk, saver *photo.Saver) *Sharer {
	return &Sharer{desk: d, saver: saver, frame: photo.NewFrame(d.Page, shownID)}
}

// note is for what is not remembered beyond this visit.
func (s *Sharer) note(err error) {
	if err != nil {
		app.Log("this cannot be remembered:", err)
	}
}

// sharing is what is chosen before a result is sent.
type sharing struct {
	entry    *kept.Entry
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
	if sg.with {
		e.Before = sg.before
	}
	return e.SealedSize()
}

// Open asks before anything leaves the device.
func (s *Sharer) Open() {
	if s.desk.Run.Result == nil || s.Entry() == nil || s.desk.Busy() {
		return
	}
	result, photograph := s.desk.Run.Result, s.desk.Content
	sg := &sharing{entry: s.Entry(), days: 30}
	s.sharing = sg
	dom.ShowModal(shareID)
	s.desk.Page.Async(func() {
		picture, err := photo.ResultFile(result, "image/png")
		var before []byte
		if err == nil && photograph != nil {
			before, err = photo.Resized(photograph, result.Picture.Rect.Dx(), result.Picture.Rect.Dy())
		}
		s.desk.Page.Dispatch(func() {
			if err != nil {
				sg.problem = engine.AsError(err).Message
				return
			}
			sg.contents.Recipe, sg.contents.Picture, sg.before, sg.ready = result.Recipe.JSON(), picture, before, true
		})
	})
}

// Render is the dialog that asks before anything leaves the device.
func (s *Sharer) Render() app.UI {
	sg := s.sharing
	shared := sg != nil && sg.entry.Share.Live()
	return dom.Dialog(shareID, words.T("Share a link"), func() { s.sharing = nil },
		app.If(shared, func() app.UI { return s.renderLink(sg.entry.Share) }).
			ElseIf(sg != nil, func() app.UI { return s.renderSharing(sg) }),
		app.Div().Role("alert").Body(app.If(sg != nil && sg.problem != "", func() app.UI { return app.P().Text(words.Translate(sg.problem)) })),
		app.Div().Class("answers").Body(
			app.If(shared, func() app.UI {
				return dom.Press("quiet", words.T("Revoke"), func() { s.revoke(s.sharing) }).Disabled(sg.working)
			}),
			dom.Press("quiet", words.T("Close"), func() { dom.CloseModal(shareID) }, shareID),
			app.If(shared, func() app.UI {
				return dom.Press("main", words.T("Copy the link"), func() { s.copyLink(sg.entry.Share.Link) }, sg.entry.ID)
			}).ElseIf(sg != nil, func() app.UI {
				return dom.Press("main", words.T("Encrypt and send"), func() { s.send(s.sharing) }).Disabled(!sg.ready || sg.working)
			}),
		),
	)
}

// RenderButton opens it.
func (s *Sharer) RenderButton() app.UI {
	return app.If(s.desk.Server != nil && s.desk.Run.Result != nil, func() app.UI {
		return dom.Press("quiet share", words.T("Share a link"), s.Open).Disabled(s.Entry() == nil || s.desk.Busy())
	})
}

// renderSharing says in one sentence what will be sent, and has the choices.
func (s *Sharer) renderSharing(sg *sharing) app.UI {
	text := words.T("Making the file …")
	switch {
	case sg.working:
		text = words.T("Encrypting and sending %s …", words.Bytes(sg.size()))
	case sg.ready:
		text = words.T("%s will be encrypted on this device and sent (%s) to %s, which keeps it for %s. Only people with the link can open it.", sg.what(), words.Bytes(sg.size()), dom.HostName(), days(sg.days))
	}
	return app.Div().Class("group").Body(
		app.P().Role("status").Text(text),
		app.Label().For("share-days").Text(words.T("Keep it for")),
		app.Select().ID("share-days").Body(app.Range(shareDays).Slice(func(i int) app.UI {
			d := shareDays[i]
			return app.Option().Value(strconv.Itoa(d)).Text(days(d)).Selected(d == sg.days)
		})).OnChange(func(ctx app.Context, _ app.Event) {
			if n, err := strconv.Atoi(ctx.JSSrc().Get("value").String()); err == nil && s.sharing != nil {
				s.sharing.days = n
			}
		}),
		app.Label().For("share-name").Text(words.T("Title (optional)")),
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
			app.Span().Text(words.T("With the photograph, for before and after")),
		),
	)
}

// what says which pictures go.
func (sg *sharing) what() string {
	if sg.with {
		return words.T("The painting with the photograph")
	}
	return words.T("The painting")
}

func (s *Sharer) renderLink(sh *kept.Share) app.UI {
	return app.Div().Class("group").Body(
		app.P().Role("status").Text(words.T("Anyone with this link can see the painting until %s. Revoke deletes it sooner.", words.Date(sh.Expires))),
		app.Input().ID("share-link").Type("text").ReadOnly(true).Value(sh.Link).Aria("label", words.T("Link")),
		app.P().Class("fine").Role("status").Text(s.desk.Said), // the page's own status is behind the dialog
	)
}

// send seals the result, and has the server keep what then nobody can read without the key.
func (s *Sharer) send(sg *sharing) {
	if sg == nil || !sg.ready || sg.working {
		return
	}
	sg.working, sg.problem = true, ""
	e := sg.contents
	if sg.with {
		e.Before = sg.before
	}
	period, what, size := sg.days, sg.what(), words.Bytes(sg.size())
	s.desk.Page.Async(func() {
		sh, err := s.post(e, period)
		s.desk.Page.Dispatch(func() {
			sg.working = false
			if err != nil {
				sg.problem = engine.AsError(err).Message
				return
			}
			sg.entry.Share = sh
			s.note(s.Ledger.Tell(desk.Sent{ID: sh.ID, Text: words.T("%s, encrypted (%s), was sent to %s at %s. It is deleted there by %s.", what, size, dom.HostName(), time.Now().Format("15:04"), words.Date(sh.Expires)), Until: sh.Expires}))
			s.keepShare(sg.entry)
			s.copyLink(sh.Link)
		})
	})
}

// post seals and sends, outside the event loop.
func (s *Sharer) post(e envelope.Envelope, days int) (*kept.Share, error) {
	sealed, key, err := envelope.Seal(e)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	address := runner.Beside(dom.BaseURL(), "api/v1/shares")
	address.RawQuery = url.Values{"days": {strconv.Itoa(days)}}.Encode()
	answer, err := runner.Ask(ctx, runner.HTTPClient, address, http.MethodPost, "", bytes.NewReader(sealed),
		http.Header{"Content-Type": {"application/octet-stream"}})
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var made api.Shared
	if err := json.NewDecoder(io.LimitReader(answer.Body, runner.MaxJSON)).Decode(&made); err != nil || made.ID == "" {
		return nil, runner.Offline(ctx, fmt.Errorf("no share in the answer: %w", err))
	}
	link := runner.Beside(dom.BaseURL(), made.Links.Page)
	link.Fragment = key.String()
	return &kept.Share{ID: made.ID, Token: made.DeleteToken, Link: link.String(), Expires: made.Expires}, nil
}

// revoke deletes the share of a result.
func (s *Sharer) revoke(sg *sharing) {
	if sg == nil || sg.working || sg.entry.Share == nil {
		return
	}
	sg.working, sg.problem = true, ""
	sh := sg.entry.Share
	s.desk.Page.Async(func() {
		err := s.delete(sh)
		s.desk.Page.Dispatch(func() {
			sg.working = false
			if err != nil {
				sg.problem = engine.AsError(err).Message
				return
			}
			sg.entry.Share = nil
			s.note(s.Ledger.Untell(sh.ID))
			s.keepShare(sg.entry)
			dom.CloseModal(shareID)
			s.desk.Say(words.T("The link no longer opens anything."))
		})
	})
}

// delete has the server delete it, outside the event loop. One that is not there any
// more is no error.
func (s *Sharer) delete(sh *kept.Share) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	answer, err := runner.Ask(ctx, runner.HTTPClient, runner.Beside(dom.BaseURL(), "api/v1/shares/"+sh.ID), http.MethodDelete, sh.Token, nil, nil)
	if e := engine.AsError(err); e != nil && e.Code != engine.NotFound {
		return err
	}
	if answer != nil {
		answer.Body.Close()
	}
	return nil
}

// RevokeGone revokes the share of a result that is deleted, since nothing else could then.
// It is called outside the event loop.
func (s *Sharer) RevokeGone(e *kept.Entry) {
	if !e.Share.Live() {
		return
	}
	if err := s.delete(e.Share); err != nil {
		app.Log("revoking:", err)
		s.desk.Complain(words.T("The share link of a deleted result could not be revoked. It works until %s.", words.Date(e.Share.Expires)))
		return
	}
	s.desk.Page.Dispatch(func() { s.note(s.Ledger.Untell(e.Share.ID)) })
}

// keepShare keeps a result's share with it, in the history's store.
func (s *Sharer) keepShare(e *kept.Entry) {
	meta, err := json.Marshal(e)
	s.desk.Page.Async(func() {
		if err == nil {
			var found app.Value
			if found, err = s.Store.Get(kept.Results, e.ID); err == nil && found == nil {
				err = fmt.Errorf("the result %s is not kept", e.ID)
			}
			if err == nil {
				err = s.Store.Put(kept.Results, e.ID, map[string]any{"meta": string(meta), "blob": found.Get("blob"), "thumb": found.Get("thumb")})
			}
		}
		if err != nil {
			app.Log("the share cannot be kept:", err)
			s.desk.Complain(words.T("This browser could not save the link. Keep this page open if you may want to revoke it."))
		}
	})
}

// copyLink puts a link on the clipboard, where it can be; it is shown as well.
func (s *Sharer) copyLink(link string) {
	s.copyText(link, func() { app.Log("the link cannot be copied") })
}

func days(n int) string {
	if n == 1 {
		return words.T("1 day")
	}
	return words.T("%d days", n)
}
