//go:build browser

package main_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"trappedinart/weights/fetch/fetchtest"
)

const offer = "Finest: let this server download VGG-19"

// A server without VGG-19 offers to fetch it to who sits at it, says what goes wrong and how
// far it is, and has the network on the page at once.
func TestServerFetchesNetwork(t *testing.T) {
	data, hang := fetchtest.Keras(16), make(chan struct{})
	h := &fetchtest.Host{Data: data, Status: http.StatusNotFound}
	address := fmt.Sprintf("%s/vgg19.h5#sha256=%x", h.Open(t), sha256.Sum256(data))
	// No proxy between, as the tests otherwise have it.
	s := &site{Server: &httptest.Server{URL: serverOf(t, t.TempDir(), "--fetch-url", address).String()}}
	b := newTab(t, s, "/?size=64&iterations=2", 1280, 800)
	b.ready(1)
	b.until(button(offer), 10*time.Second)
	value[bool](b, button(offer)+`.scrollIntoView(), true`)
	if dir := os.Getenv("TRAPPED_SCREENSHOTS"); dir != "" {
		b.shoot(dir, "server-offers")
	}
	b.press(offer)
	b.until(`[...document.querySelectorAll('.dial .help-text')].some(p => p.innerText.includes('answers 404'))`, 10*time.Second)

	*h = fetchtest.Host{Data: data, Ranges: true, ETag: `"1"`, Stop: len(data) / 2, Hang: hang}
	b.press(offer)
	b.until(fmt.Sprintf(`document.querySelector('.dial .fine').innerText === 'Downloading the network: %d of %s'`, len(data)/2/1000, kilobytes(len(data))), 20*time.Second)
	if got := value[float64](b, `document.querySelector('.dial progress').value`); got < 0.49 || got > 0.51 {
		t.Errorf("the bar is at %v", got)
	}
	if value[bool](b, button(offer)+` !== undefined`) {
		t.Error("it is offered while it comes")
	}
	b.axe("fetching")
	if dir := os.Getenv("TRAPPED_SCREENSHOTS"); dir != "" {
		b.shoot(dir, "server-fetches")
	}
	close(hang)
	b.until(`[...document.querySelectorAll('#network option')].some(o => o.value === 'vgg19' && o.selected)`, 60*time.Second)
	if value[bool](b, `document.querySelector('#fetch') !== null`) {
		t.Error("something of the offer is left")
	}
	b.paint()
	b.until(networkText+`.endsWith(', Finest (VGG-19)')`, 10*time.Second) // it is on this device now
	if asked := h.Asked(); len(asked) != 1 {
		t.Errorf("the file was asked for by %q", asked)
	}
	b.clean()
}

// The page tells a person behind a proxy what the operator of the server can do.
func TestServerFetchesForNobodyElse(t *testing.T) {
	b := newTab(t, open(t), "/", 1280, 800)
	b.ready(1)
	b.until(`[...document.querySelectorAll('.dial .help-text')].some(p => p.innerText.includes('trapped serve --fetch-network'))`, 10*time.Second)
	if value[bool](b, `[...document.querySelectorAll('button')].some(b => b.innerText.startsWith('Finest'))`) {
		t.Error("it is offered all the same")
	}
	b.axe("not offered")
	b.clean()
}
