//go:build browser

package main_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// axe looks for what keeps people from using what the page shows, in light and in the dark.
func (b *tab) axe(view string) {
	b.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		b.Fatalf("%v (make axe gets it)", err)
	}
	if !value[bool](b, `Boolean(window.axe)`) {
		value[bool](b, string(source)+`; true`)
	}
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		b.run(`const found = await axe.run(document, {resultTypes: ['violations']});
			window.found = found.violations.map(v => v.id + ' (' + v.help + '): ' + v.nodes.map(n => n.html.slice(0, 160)).join(' | ')).join('\n');
			window.rules = found.passes.length;`)
		if found := value[string](b, `window.found`); found != "" {
			b.Errorf("%s, %s:\n%s", scheme, view, found)
		}
		if n := value[int](b, `window.rules`); n < 15 {
			b.Errorf("%s, %s: axe found only %d rules to apply", scheme, view, n)
		}
	}
}

func (b *tab) scheme(value string) {
	b.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
		})
		return err
	}))
}

func TestAxe(t *testing.T) {
	s := open(t)
	for _, v := range []struct{ width, height int64 }{{1280, 800}, {360, 740}} {
		name := fmt.Sprintf("%d, ", v.width)
		b := newTab(t, s, "/?size=128&iterations=60", v.width, v.height)
		b.ready(1)
		b.axe(name + "ready")
		value[bool](b, `document.querySelector('[aria-label="What is Strength?"]').click(), document.querySelector('.expert').open = true, true`)
		b.until(`document.querySelector('.help-text')`, 5*time.Second)
		b.axe(name + "expert")
		value[bool](b, `document.querySelector('[aria-label="Mix several styles"], .check input').click(), document.querySelector('[aria-label="Marbled paper"]').click(), true`)
		b.ready(2)
		b.press("Start")
		b.until(`document.querySelector('#status').dataset.iteration > 3`, 30*time.Second)
		b.axe(name + "running")
		value[bool](b, `document.querySelector('[aria-label="A harbour"]').click(), true`)
		b.until(`document.querySelector('#question').open`, 10*time.Second)
		b.axe(name + "a question")
		b.press("Keep painting")
		b.until(state+` === 'done'`, time.Minute)
		b.axe(name + "done")
		value[bool](b, `document.querySelector('[aria-label="Enlarge the loss"]').click(), true`)
		b.until(`document.querySelector('#loss svg')`, 5*time.Second)
		b.axe(name + "loss")
		b.press("Close")
		b.press("Make it print size")
		b.until(`document.querySelector('#print-size')`, 5*time.Second)
		b.axe(name + "hand-over")
		b.press("Keep everything here")
		if v.width < 1024 {
			b.press("History")
		}
		b.until(`document.querySelector('.result')`, 10*time.Second)
		value[bool](b, `document.querySelector('.result').click(), true`)
		b.until(`document.querySelector('.about')`, 10*time.Second)
		b.choose("Photograph file", filepath.Join("testdata", "package.json"))
		b.until(problem+` !== ''`, 10*time.Second)
		b.axe(name + "history and a problem")
	}
}

// Everything that can be used is reached by Tab, in any order, and shows that it is.
func TestKeyboard(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=3", 1280, 800)
	b.ready(1)
	value[bool](b, `(() => { window.reached = new Set(); window.unseen = [];
		document.addEventListener('focusin', e => { reached.add(e.target);
			const shown = e.target.closest('label') || e.target, s = getComputedStyle(shown), own = getComputedStyle(e.target);
			if (s.outlineStyle === 'none' && own.outlineStyle === 'none') unseen.push(e.target.outerHTML.slice(0, 100)); });
		return true; })()`)
	value[bool](b, `document.querySelector('.expert').open = true`)
	for range 160 {
		b.do(chromedp.KeyEvent(kb.Tab))
	}
	missed := value[string](b, `[...document.querySelectorAll('button, input, select, summary')].filter(e => !e.disabled && e.checkVisibility() && !reached.has(e)).map(e => e.outerHTML.slice(0, 120)).join('\n')`)
	if missed != "" {
		t.Errorf("not reached by Tab:\n%s", missed)
	}
	if unseen := value[string](b, `unseen.join('\n')`); unseen != "" {
		t.Errorf("has the focus and does not show it:\n%s", unseen)
	}
	if value[bool](b, `document.documentElement.scrollHeight > innerHeight`) {
		t.Error("a page of panels that scroll can be scrolled itself")
	}
	// A painting without a pointer.
	focus := func(selector string) {
		value[bool](b, fmt.Sprintf(`document.querySelector(%q).focus(), true`, selector))
	}
	focus("#dial-strength")
	b.do(chromedp.KeyEvent(kb.ArrowRight))
	b.until(valueOf("dial-strength-value")+` === '51'`, 5*time.Second)
	focus(`[aria-label="Stained glass"]`)
	b.do(chromedp.KeyEvent(" "))
	b.until(styleNames+` === 'glass.jpg'`, 10*time.Second)
	focus("#start")
	b.do(chromedp.KeyEvent(kb.Enter))
	b.until(state+` === 'done'`, time.Minute)
	focus("#compare")
	b.do(chromedp.KeyEvent(kb.ArrowRight))
	b.until(valueOf("compare")+` === '1'`, 5*time.Second)
	b.clean()
}

// On phones nothing is cut off, Start is in sight, fingers find what they want, and the
// sheet has all that a wide window has.
func TestPhones(t *testing.T) {
	s := open(t)
	for _, width := range []int64{320, 390} {
		b := newTab(t, s, "/?size=64&iterations=2", width, 700)
		b.ready(1)
		wide := func(view string) {
			if w := value[int64](b, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s: the page is %d wide on a screen of %d: %s", view, w, width,
					value[string](b, fmt.Sprintf(`[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > %d && !e.closest('.strip, .examples')).map(e => e.outerHTML.slice(0, 80)).join('\n')`, width)))
			}
		}
		wide("ready")
		if !value[bool](b, `(() => { const r = document.querySelector('#start').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight; })()`) {
			t.Error("Start is not in sight")
		}
		small := value[string](b, `[...document.querySelectorAll('button, select, input[type=range], .tile')].filter(e => e.checkVisibility() && !e.disabled).filter(e => { const r = e.getBoundingClientRect(); return r.height < 43.5 || r.width < 43.5; }).map(e => e.outerHTML.slice(0, 100)).join('\n')`)
		if small != "" {
			t.Errorf("too small for fingers:\n%s", small)
		}
		b.paint()
		wide("done")
		if h := value[int](b, `document.querySelector('.bar').offsetHeight`); h > 130 {
			t.Errorf("on a screen of %d the bar is %d high", width, h)
		}
		b.press("History")
		b.until(`document.querySelector('.result').checkVisibility() && !document.querySelector('#dial-strength').checkVisibility()`, 10*time.Second)
		value[bool](b, `document.querySelector('.result').click(), true`)
		b.until(`document.querySelector('.about')`, 10*time.Second)
		wide("history")
		b.press("Settings")
		b.until(`document.querySelector('#dial-strength').checkVisibility()`, 5*time.Second)
		value[bool](b, `document.querySelector('.expert').open = true`)
		wide("expert")
		b.clean()
	}
}

// The names that people and other programs rely on.
func TestNames(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=200", 1280, 800)
	b.ready(1)
	var missing []string
	for _, name := range []string{"Strength", "Style scale", "Keep colours", "Detail", "Smoothness", "Time budget"} {
		if !value[bool](b, fmt.Sprintf(`[...document.querySelectorAll('input[type=range]')].some(e => e.labels && [...e.labels].some(l => l.innerText === %q))`, name)) {
			missing = append(missing, name)
		}
	}
	for _, name := range []string{"Start", "Download", "Make it print size"} {
		b.until(button(name), 10*time.Second)
	}
	for _, selector := range []string{`input[type=file][aria-label="Photograph file"]`, `input[type=file][aria-label="Style picture file"]`, `[role=region][aria-label=Result] canvas`, `#status[role=status]`} {
		if !value[bool](b, fmt.Sprintf(`document.querySelector(%q) !== null`, selector)) {
			missing = append(missing, selector)
		}
	}
	if len(missing) > 0 {
		t.Errorf("missing: %s", strings.Join(missing, ", "))
	}
	b.press("Start")
	b.until(`['iteration', 'scale', 'loss'].every(n => Number(document.querySelector('#status').dataset[n]) > 0) && `+state+` === 'running'`, 30*time.Second)
	b.press("Pause")
	b.until(state+` === 'paused'`, 10*time.Second)
	b.press("Resume")
	b.press("Stop")
	b.until(state+` === 'done' && `+button("Share a link"), 10*time.Second)
}
