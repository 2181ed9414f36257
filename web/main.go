// The page: a go-app program, compiled to WebAssembly, that the shell index.html
// loads. It knows the engine by one interface, engine.Runner, and has two in package
// runner: its Web Worker and a server.
//
//	studio.go         the one component that renders: the features, and the lines between them
//	mount.go          what is done when the page opens; loop.go, what the desk asks of the page
//	question.go       what is asked before something is lost
//
// Below it, without a browser and tested natively:
//
//	desk/             recipe and what it was, pictures, what is said and asked
//	run/              the run of a painting, as a state machine with named phases
//	mask/             masks, brushes, and what was painted, for taking it back
//	words/            every word of the page
//
// With a browser, for all features:
//
//	dom/              promises, Blobs, canvases, locks, elements that several features have
//	photo/            pictures of files, files of pictures, and the frame to look at them
//	kept/             IndexedDB
//
// The features, none of which knows another; deps_test.go holds that:
//
//	pictures/         photograph and styles
//	masks/            the editor of masks
//	result/           the picture in the middle, its losses, and how it is saved
//	painting/         Start, Pause and Stop, and a run that outlives the page
//	dials/            the settings
//	history/          results that are kept
//	handover/         "Make it print size"
//	share/            "Share a link", what others shared, and recipes in links
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

	"trappedinart/web/dom"
)

func main() {
	if app.IsClient {
		dom.SpeakAsChosen()
	}
	// One page, wherever a site puts it.
	app.RouteWithRegexp(".*", func() app.Composer { return newStudio() })
	app.RunWhenOnBrowser()
	fmt.Fprintln(os.Stderr, "This program is a web page; run \"trapped serve\" and open the address that it prints.")
	os.Exit(2)
}
