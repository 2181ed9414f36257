//go:build !js

package main

import (
	"context"
	"errors"
	"image"
	"net/http"
	"net/url"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
)

var errNoBrowser = errors.New("this program is a web page")

func decodePicture(context.Context, engine.File) (*image.NRGBA, error) { return nil, errNoBrowser }

var httpClient client = http.DefaultClient

func keptFiles(context.Context) map[string]int64 { return nil }

func baseURL() *url.URL { return &url.URL{Scheme: "http", Host: "localhost", Path: "/"} }

func openWorker(*inbox, func(app.Value)) (line, error) { return nil, errNoBrowser }
