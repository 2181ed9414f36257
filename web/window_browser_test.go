//go:build browser

package main_test

import (
	"context"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A window is that of a browser, which shows a page.
type window interface {
	visit(address string) error
	reload() error
	// eval returns what a JavaScript expression is, as JSON.
	eval(expression string) ([]byte, error)
	// upload gives files to an input.
	upload(selector string, files []string) error
	// drag goes along places of the page with the mouse's button held.
	drag(along []place) error
}

// chromium is a window that chromedp drives.
type chromium struct{ ctx context.Context }

func (c chromium) visit(address string) error {
	return chromedp.Do(c.ctx, chromedp.Navigate(address))
}

func (c chromium) reload() error { return chromedp.Do(c.ctx, chromedp.Reload()) }

func (c chromium) eval(expression string) ([]byte, error) {
	return chromedp.Run(c.ctx, chromedp.Evaluate[[]byte](expression))
}

func (c chromium) upload(selector string, files []string) error {
	return chromedp.Do(c.ctx, chromedp.SetUploadFiles(selector, files, chromedp.NodeReady))
}

func (c chromium) drag(along []place) error {
	for i, p := range append(along, along[len(along)-1]) {
		what, held := input.DispatchMouseEventType("mouseMoved"), int64(1)
		switch i {
		case 0:
			what = "mousePressed"
		case len(along):
			what, held = "mouseReleased", 0
		}
		if err := c.mouse(what, p, held, "mouse", 0); err != nil {
			return err
		}
	}
	return nil
}

// mouse is one event of a mouse, or of a pen that is pressed so hard.
func (c chromium) mouse(what input.DispatchMouseEventType, at place, held int64, kind input.DispatchMouseEventPointerType, force float64) error {
	return chromedp.Do(c.ctx, chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: what, X: at.x, Y: at.y, Button: "left", Buttons: held, PointerType: kind, Force: force, ClickCount: 1,
		})
		return err
	}))
}
