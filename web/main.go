// The page: a go-app program, compiled to WebAssembly, that the shell index.html
// loads. It knows the engine by one interface, engine.Runner, and has two: its Web
// Worker (workerRunner) and a server (serverRunner).
//
//	words.go         every word of the page
//	studio.go        the page as a whole: what it knows, and its layout
//	pictures.go      photograph and styles
//	stage.go         the picture in the middle
//	dials.go         the settings, made from the recipe's declarations
//	bar.go           Start and Stop, status, Download
//	handover.go      "Make it print size"
//	run.go           from Start to the end of a run
//	address.go       what the page's address presets
//	screen*.go       what changes with every report, past go-app's rendering
//	intake_js.go     pictures chosen, dropped and pasted
//	workerrunner.go  engine.Runner by Web Worker
//	serverrunner.go  engine.Runner by the server's API
//
// Natively the package builds and its tests run; there is no page to show.
package main

import (
	"fmt"
	"os"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func main() {
	// One page, wherever a site puts it.
	app.RouteWithRegexp(".*", func() app.Composer { return newStudio() })
	app.RunWhenOnBrowser()
	fmt.Fprintln(os.Stderr, "This program is a web page; run \"trapped serve\" and open the address that it prints.")
	os.Exit(2)
}
