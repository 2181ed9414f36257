package main

import (
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
	"trappedinart/web/runner"
)

// openWorker starts the worker, and hands checkpoints and previews on as go-app has values.
func openWorker(in *runner.Inbox, means runner.Means, checkpoint, preview func(app.Value)) (runner.Line, error) {
	return runner.OpenWorker(dom.BaseURL(), in, means, runner.Passing{
		Checkpoint: func(blob js.Value) { checkpoint(app.ValueOf(blob)) },
		Preview:    func(bitmap js.Value) { preview(app.ValueOf(bitmap)) },
	})
}
