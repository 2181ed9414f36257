//go:build !js

package main

import (
	"context"
	"errors"
	"image"
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/runner"
)

var errNoBrowser = errors.New("this program is a web page")

func decodePicture(context.Context, engine.File) (*image.NRGBA, error) { return nil, errNoBrowser }

func keptFiles(context.Context) map[string]int64 { return nil }

func baseURL() *url.URL { return &url.URL{Scheme: "http", Host: "localhost", Path: "/"} }

func openWorker(*runner.Inbox, func(app.Value)) (runner.Line, error) { return nil, errNoBrowser }
