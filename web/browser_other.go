//go:build !js

package main

import (
	"errors"
	"net/http"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

var errNoBrowser = errors.New("this program is a web page")

var httpClient client = http.DefaultClient

func openWorker(*inbox, func(app.Value)) (line, error) { return nil, errNoBrowser }
