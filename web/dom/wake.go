package dom

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// A Wake keeps the screen on, and with it a telephone at work, where the browser can.
type Wake struct {
	wanted    bool
	listening bool
	lock      app.Value // that is held, or nil
}

// Want asks for that, or for no more of it.
func (w *Wake) Want(yes bool) {
	if w.wanted == yes {
		return
	}
	w.wanted = yes
	if !yes {
		w.release()
		return
	}
	if !w.listening { // the browser takes the lock from pages that are not seen
		w.listening = true
		OnSeen(func(seen bool) {
			if w.wanted && seen {
				w.take()
			}
		})
	}
	w.take()
}

func (w *Wake) take() {
	locks := app.Window().Get("navigator").Get("wakeLock")
	if !locks.Truthy() {
		return
	}
	go func() {
		lock, err := Await(locks.Call("request", "screen"))
		if err != nil { // the page is not seen, or the battery is low
			return
		}
		w.release()
		w.lock = lock
		if !w.wanted {
			w.release()
		}
	}()
}

func (w *Wake) release() {
	if w.lock != nil {
		w.lock.Call("release")
		w.lock = nil
	}
}
