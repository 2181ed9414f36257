//go:build !js

package dom

import (
	"context"
	"errors"
	"image"
	"net/url"

	"trappedinart/engine"
)

var errNoBrowser = errors.New("this program is a web page")

func Decode(context.Context, engine.File) (*image.NRGBA, error) { return nil, errNoBrowser }

func KeptFiles(context.Context) map[string]int64 { return nil }

func BaseURL() *url.URL { return &url.URL{Scheme: "http", Host: "localhost", Path: "/"} }

func Processors() int { return 1 }

func Shares() bool { return true }

func Slow() bool { return false }
