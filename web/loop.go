package main

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/desk"
	"trappedinart/web/dom"
)

// page is what the desk asks of the page: go-app's event loop, and the features that answer. What
// comes later goes through the context of the whole page, as that of an element is dead once the
// element is gone.
type page struct {
	studio *studio
	ctx    app.Context
}

var _ desk.Page = (*page)(nil)

func (p *page) Dispatch(act func()) { p.ctx.Dispatch(func(app.Context) { act() }) }

func (p *page) Quietly(act func()) {
	p.ctx.Dispatch(func(ctx app.Context) {
		ctx.PreventUpdate()
		act()
	})
}

func (p *page) Defer(act func())                  { p.ctx.Defer(func(app.Context) { act() }) }
func (p *page) After(d time.Duration, act func()) { p.ctx.After(d, func(app.Context) { act() }) }
func (p *page) Async(act func())                  { p.ctx.Async(act) }

func (p *page) ShowContent()  { p.studio.stage.ShowContent() }
func (p *page) ShowDials()    { p.Defer(p.studio.dials.Show) }
func (p *page) CloseMasks()   { p.studio.masks.Close() }
func (p *page) FollowStyles() { p.studio.masks.Follow() }
func (p *page) LetGo()        { p.studio.painter.LetGo() }
func (p *page) ShowQuestion() { dom.ShowModal(questionID) }
