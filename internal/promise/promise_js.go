package promise

import (
	"context"
	"errors"
	"syscall/js"
)

// Await waits until the promise is settled or ctx is done. A rejection is returned
// as an error with the browser's words.
func Await(ctx context.Context, promise js.Value) (js.Value, error) {
	type settled struct {
		value js.Value
		err   error
	}
	// There is room for the answer, so that a promise nobody waits for any more
	// blocks nothing; the functions are released when it settles.
	done := make(chan settled, 1)
	var resolved, rejected js.Func
	settle := func(s settled) {
		done <- s
		resolved.Release()
		rejected.Release()
	}
	resolved = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settle(settled{value: first(args)})
		return nil
	})
	rejected = js.FuncOf(func(_ js.Value, args []js.Value) any {
		settle(settled{err: errors.New(Text(first(args)))})
		return nil
	})
	promise.Call("then", resolved, rejected)
	select {
	case s := <-done:
		return s.value, s.err
	case <-ctx.Done():
		return js.Undefined(), ctx.Err()
	}
}

// Try calls f and returns the exception that JavaScript throws in it.
func Try(f func()) (err error) {
	defer Caught(&err)
	f()
	return nil
}

// Caught is deferred, and makes an error of an exception of JavaScript.
func Caught(err *error) {
	if p := recover(); p != nil {
		e, ok := p.(js.Error)
		if !ok {
			panic(p)
		}
		*err = errors.New(Text(e.Value))
	}
}

// Text returns what JavaScript's String makes of v: of an Error its name and
// message.
func Text(v js.Value) string { return js.Global().Call("String", v).String() }

func first(args []js.Value) js.Value {
	if len(args) == 0 {
		return js.Undefined()
	}
	return args[0]
}
