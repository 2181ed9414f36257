//go:build !js

package main

import (
	"errors"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/runner"
)

func openWorker(*runner.Inbox, runner.Means, func(app.Value), func(app.Value)) (runner.Line, error) {
	return nil, errors.New("this program is a web page")
}
