// The page: a go-app program, compiled to WebAssembly, that the shell index.html
// loads. It knows the engine by one interface, engine.Runner, and has two: its Web
// Worker (workerRunner) and a server (serverRunner).
//
//	words.go          every word of the page
//	studio.go         the page as a whole: what it knows, and its layout
//	pictures.go       photograph and styles
//	stage.go          the picture in the middle, before and after, Download
//	dials.go          the settings, made from the recipe's declarations
//	bar.go            Start and Stop, progress and status
//	run.go            from Start to the end of a run
//	handover.go       "Make it print size"
//	workerrunner.go   engine.Runner by Web Worker, with inbox.go and workerline_js.go
//	serverrunner.go   engine.Runner by the server's API
//	catalogue.go      what the page's address offers: networks, a server
//	browser_js.go     what is asked of the browser past go-app
//
// examples/ draws the pictures that the page opens with; static/ holds its style sheet,
// icon and the worker's bootstrap.
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
