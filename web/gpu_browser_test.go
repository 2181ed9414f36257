//go:build browser && gpu

package main_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// losable is a worker whose graphics card is taken away when the test says so.
const losable = `{ const asked = GPUAdapter.prototype.requestDevice;
	GPUAdapter.prototype.requestDevice = async function(...a) {
		const device = await asked.apply(this, a);
		new BroadcastChannel('graphics').onmessage = () => device.destroy();
		return device;
	}; }
`

// The page names the GPU that paints. If its device is lost in the middle, the processor continues
// the painting and the page says so. SwiftShader stands for a GPU.
func TestGraphicsCard(t *testing.T) {
	const patience = 4 * time.Minute // its compiler takes most of that on a busy machine
	s := open(t)
	s.before = losable
	b := newTabAlone(t, patience, s, "/?network=small&size=64&iterations=5&workers=1", 1280, 800,
		chromedp.Flag("enable-unsafe-webgpu", true), chromedp.Flag("enable-features", "Vulkan"), chromedp.Flag("use-webgpu-adapter", "swiftshader"))
	says := func(text string) string { return `document.body.innerText.includes("` + text + `")` }
	b.ready(1)
	b.press("Start")
	b.until(state+` === 'done'`, patience)
	if text := value[string](b, `document.body.innerText`); strings.Contains(text, "graphics card") || strings.Contains(text, "GPU") {
		t.Errorf("a program that stands for a GPU is taken or spoken of although nobody asked for it: %q", text)
	}

	b.do(chromedp.Navigate(s.URL + "/?network=small&size=64&iterations=5&workers=1&backend=webgpu"))
	b.ready(1)
	before := value[int64](b, picture)
	b.press("Start")
	b.until(says("a program in place of a graphics card (")+" || "+problem, patience)
	b.until(state+` === 'done'`, patience)
	if text := value[string](b, problem); text != "" {
		t.Errorf("the page says %q", text)
	}
	if value[int64](b, picture) == before {
		t.Error("the painting is what was there before")
	}

	b.do(chromedp.Navigate(s.URL + "/?network=small&size=64&iterations=10000&workers=1&backend=webgpu"))
	b.ready(1)
	b.press("Start")
	b.until(says("a program in place of a graphics card ("), patience)
	b.until(`document.querySelector('#status').dataset.iteration >= 3`, patience)
	value[bool](b, `new BroadcastChannel('graphics').postMessage(0), true`)
	b.until(says("The GPU stopped (it was lost:"), patience)
	b.until(says("The processor continues from the last picture."), patience)
	b.until(says(" · 1 processor core"), patience)
	b.press("Stop")
	b.until(state+` === 'done'`, patience)
}
