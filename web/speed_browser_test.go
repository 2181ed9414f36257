//go:build browser

package main_test

import (
	"fmt"
	"testing"
	"time"
)

// While it paints the page does not hold up whoever uses it. How long is for a person to
// read: other programs make the same work longer.
func TestLongTasks(t *testing.T) {
	b := newTab(t, open(t), "/?size=512&iterations=40", 1280, 800)
	b.ready(1)
	value[bool](b, `(window.long = [], new PerformanceObserver(l => { for (const e of l.getEntries()) long.push(Math.round(e.duration)); }).observe({type: 'longtask'}), true)`)
	b.press("Start")
	b.until(`document.querySelector('#status').dataset.scale > 1`, time.Minute)
	for i := range 40 {
		b.slide("#dial-strength", fmt.Sprint(40+i%20))
	}
	b.until(state+` === 'done'`, 2*time.Minute)
	b.until(`document.querySelectorAll('.results li').length === 1`, 10*time.Second)
	t.Logf("tasks of more than 50 ms, in ms: %s", value[string](b, `long.join(' ')`))
	b.clean()
}
