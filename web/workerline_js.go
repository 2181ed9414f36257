package main

import (
	"syscall/js"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
	"trappedinart/web/runner"
)

// openWorker starts the worker, and hands checkpoints on as go-app has values.
func openWorker(in *runner.Inbox, checkpoint func(app.Value)) (runner.Line, error) {
	return runner.OpenWorker(dom.BaseURL(), in, func(blob js.Value) { checkpoint(app.ValueOf(blob)) })
}
