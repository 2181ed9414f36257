package engine

import (
	"context"
	"errors"
	"fmt"
)

// A Code says what kind of thing went wrong. Codes cross the worker's and the
// server's boundaries as they are; the server has one table from codes to HTTP
// status.
type Code string

const (
	InvalidRequest Code = "invalid_request" // what was sent is not what the API takes
	InvalidRecipe  Code = "invalid_recipe"  // a setting is unknown, malformed or out of range
	InvalidPicture Code = "invalid_picture" // a file is no picture, or a broken one
	MissingPicture Code = "missing_picture" // no content, or no style
	TooLarge       Code = "too_large"       // more pixels or bytes than allowed
	InvalidWeights Code = "invalid_weights" // a weights file is broken or no VGG
	UnknownWeights Code = "unknown_weights" // no weights of that name
	MissingLayer   Code = "missing_layer"   // the network is not deep enough
	Unreadable     Code = "unreadable"      // a file cannot be read
	Unwritable     Code = "unwritable"      // a file cannot be written
	Unauthorized   Code = "unauthorized"    // the token is missing or wrong
	NotFound       Code = "not_found"
	Busy           Code = "busy"        // too much is waiting already
	Unavailable    Code = "unavailable" // a part that is needed cannot be reached
	Cancelled      Code = "cancelled"   // somebody stopped it
	Internal       Code = "internal"    // a fault of the program
)

// An Error is something that a person caused or can act on: a code, one sentence
// that says what to do, and the cause, if there is one.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// Errorf makes an Error. Like fmt.Errorf it keeps an operand of %w as the cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err)}
}

func (e *Error) Error() string { return e.Message }

func (e *Error) Unwrap() error { return e.Err }

// AsError returns err as an *Error, so that it can be shown or sent: unchanged
// if it is one or wraps one, Cancelled if a context ended, and otherwise Internal
// with a sentence that tells nothing of the inside; the cause is kept for the log.
// AsError(nil) is nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: Cancelled, Message: "The painting was stopped.", Err: err}
	}
	return &Error{Code: Internal, Message: "Something went wrong inside the program. Please try again, and report it if it happens twice.", Err: err}
}
