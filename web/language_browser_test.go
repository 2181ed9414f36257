//go:build browser

package main_test

import (
	"strings"
	"testing"
	"time"
)

// The page speaks German where the browser does, or where it was told to, and keeps to that.
func TestGerman(t *testing.T) {
	s := open(t)
	b := newTab(t, s, "/?size=64&iterations=2", 1280, 800)
	const lang = `document.documentElement.lang`
	if got := value[string](b, lang); got != "en" {
		t.Errorf("at first the page is in %q", got)
	}
	value[bool](b, `(() => { const e = document.querySelector('#language'); e.value = 'de'; e.dispatchEvent(new Event('change')); return true; })()`)
	b.until(lang+` === 'de' && document.querySelector('#privacy').innerText === 'Nichts hat dieses Gerät verlassen.'`, 5*time.Second)
	value[bool](b, `document.querySelector('[aria-label="Was ist Stärke?"]').click(), true`)
	b.until(`document.body.innerText.includes('Wie stark das Gemälde das Foto verändert')`, 5*time.Second)
	b.write("dial-strength-value", "1000")
	b.until(problem+` === 'Stärke kann nicht "1000" sein, sondern nur eine Zahl von 0 bis 100 %.'`, 5*time.Second)
	b.ready(1)
	b.press("Start")
	b.until(state+` === 'done'`, time.Minute)
	if got := value[string](b, `document.querySelector('.fine').innerText`); !strings.HasPrefix(got, "Fertig in ") {
		t.Errorf("after the painting it says %q", got)
	}
	b.reload()
	b.until(`document.querySelector('#privacy') && document.querySelector('#privacy').innerText === 'Nichts hat dieses Gerät verlassen.'`, 20*time.Second)
	if got := value[string](b, lang); got != "de" {
		t.Errorf("after the reload the page is in %q", got)
	}
	english := value[string](b, `[...document.querySelectorAll('body *:not(noscript)')].flatMap(e => [e.title, e.ariaLabel, ...[...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data)]).filter(t => t && /\b(the|and|with|Show|Download|Settings)\b/.test(t)).join(' | ')`)
	if english != "" {
		t.Errorf("English is left: %s", english)
	}
	b.axe("German")
}
