//go:build browser

package main_test

import (
	"testing"
	"time"
)

// Who asks for the GPU in a browser that has none reads why the processor paints.
func TestWhyTheProcessor(t *testing.T) {
	b := newTab(t, open(t), "/?size=64&iterations=40&backend=webgpu", 1280, 800)
	b.ready(1)
	b.press("Start")
	b.until(problem+`.includes('The processor paints, not the GPU (this browser ')`, 30*time.Second)
	b.until(state+` === 'done'`, time.Minute)
}
