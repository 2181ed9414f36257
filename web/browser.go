package main

import (
	"net/url"

	"trappedinart/web/dom"
)

// baseURL is for the runners.
func baseURL() *url.URL { return dom.BaseURL() }
