//go:build browser

package main_test

import (
	"testing"
	"time"
)

// The page says why the processor paints, if the address asks for a GPU that is not there.
func TestWhyTheProcessor(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=40&backend=webgpu", 1280, 800)
	b.ready(1)
	b.press("Start")
	b.until(problem+`.includes('The processor paints, not the GPU (this browser ')`, 30*time.Second)
	b.until(state+` === 'done'`, time.Minute)
}
