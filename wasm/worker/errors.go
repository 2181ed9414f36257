package worker

import "errors"

// Causes of internal errors, for the log.
var (
	errPanic = errors.New("the engine panicked")
	errEmpty = errors.New("the engine returned neither a picture nor an error")
)
