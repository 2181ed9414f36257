// The page: a go-app program, compiled to WebAssembly, that the shell index.html
// loads. It knows the engine by one interface, engine.Runner, and has two in package
// runner: its Web Worker and a server.
//
//	words.go          every word of the page
//	studio.go         the page as a whole: what it knows, and its layout
//	picturein.go      files that become pictures
//	pictures.go       photograph and styles, with examples.go
//	masking.go        the editor of masks, with brush.go, its pointers and keys, and maskfile.go
//	layers.go         masks and what was done to them; mask.go, one of them, and strokes
//	stage.go          the picture in the middle, before and after, zoom
//	export.go         download, copy, share
//	dials.go          the settings, made from the recipe's declarations; expert.go, undo.go, and
//	                  parts.go, what each of several styles has for itself
//	fetching.go       a network that the server can fetch
//	bar.go            Start and Stop, progress and status; plot.go, the losses
//	run.go            from Start to the end of a run
//	session.go        a run outlives the page
//	history.go        results that are kept, with work.go, what they were made of
//	store.go          IndexedDB
//	handover.go       "Make it print size"
//	share.go          "Share a link"; shared.go, what others shared; recipelink.go,
//	                  recipefile.go
//	dialogs.go        dialogs, and what is asked before something is lost
//	browse.go         promises, Blobs and buttons; icons.go
//	browser_js.go     what is asked of the browser past go-app, with workerline_js.go
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
