// Package runner has the two engines of the page, which are elsewhere: a Web Worker
// (Worker) and a server (Server), both an engine.Runner; and what the page's own address
// offers, networks and a server (Catalogue). It knows nothing of the page.
//
//	worker.go     by a Web Worker, with inbox.go, line_js.go and grow.go
//	workerrun.go  one run by it, from worker to worker if they end; means.go, what they get
//	server.go     by the server's API, with client.go
//	reached.go    how far a run elsewhere has come
//	catalogue.go  networks and the server
package runner

import "trappedinart/engine"

// The sentences for failures of the runners themselves.
const (
	NoWorker    = "The engine cannot start in this browser. Reload the page, or try a newer browser."
	engineStops = "The engine stops again and again on this device. Choose a smaller size, or close other pages and programs, and press Start."
	NoServer    = "The server does not answer properly. Check the connection and try again."
	noNetwork   = "There is no network %q here. There are %s."
	notDone     = "That did not work."
)

func errBusy() error {
	return engine.Errorf(engine.Busy, "A painting is already in progress. Stop it first, or wait until it is done.")
}
