package cpu

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A task is work in numbered pieces. Which thread does which piece never changes a
// result; thread is the index of the scratch that the call may use.
type task interface{ do(thread, piece int) }

// recordable is a task whose pieces, if it says so, read and write by calls of kernels
// alone: a crew can do them.
type recordable interface{ recordable() bool }

// workers share out the pieces of a task. Starting one takes no memory: the
// functions that the goroutines run are made once.
//
// To wake a thread takes as long as a small operation. So a goroutine that finds no piece looks
// out for the next task for a moment before it ends, and the caller looks for the last piece
// before it sleeps. The caller waits for pieces, not for goroutines: one that comes late finds
// pieces of the current task, or none.
type workers struct {
	run   []func()
	there []atomic.Bool // whether that goroutine is running
	// moment is how long somebody looks; nothing where threads share processors.
	moment time.Duration

	task     task // this and n stay until all pieces are finished
	n        int64
	left     atomic.Int64 // pieces that nobody has taken
	finished atomic.Int64
	sleeping atomic.Bool // whether the caller is to be woken
	wake     chan struct{}
}

// usualMoment is twice what waking a thread takes here.
const usualMoment = 100 * time.Microsecond

func (w *workers) init(threads int) {
	w.there, w.wake = make([]atomic.Bool, threads), make(chan struct{}, 1)
	if threads <= runtime.GOMAXPROCS(0) {
		w.moment = usualMoment
	}
	for thread := range threads {
		w.run = append(w.run, func() { w.help(thread) })
	}
}

// share does pieces 0 to n-1 of a task on that many threads, of which the caller is one.
func (w *workers) share(threads, n int, t task) {
	w.task, w.n = t, int64(n)
	w.finished.Store(0)
	w.left.Store(w.n)
	for thread := 1; thread < threads; thread++ {
		if w.there[thread].CompareAndSwap(false, true) {
			go w.run[thread]()
		}
	}
	whole := false
	defer func() {
		if !whole { // a piece panics here; whoever catches that finds nobody at work
			w.abandon()
		}
	}()
	w.work(0)
	w.await()
	w.task, whole = nil, true
}

// abandon returns when nobody is at work, although a piece of the caller's is not finished.
func (w *workers) abandon() {
	taken := w.n - max(w.left.Swap(0), 0)
	for w.finished.Load() < taken-1 {
		runtime.Gosched()
	}
	w.task = nil
}

// work does pieces until none is left.
func (w *workers) work(thread int) {
	for w.left.Load() > 0 {
		left := w.left.Add(-1)
		if left < 0 {
			return
		}
		n := w.n
		w.task.do(thread, int(n-1-left))
		if w.finished.Add(1) == n && w.sleeping.Swap(false) {
			w.wake <- struct{}{}
		}
	}
}

// help works until there is nothing to do for a moment.
func (w *workers) help(thread int) {
	for {
		w.work(thread)
		for began, looks := time.Now(), 1; w.left.Load() <= 0; looks++ {
			if looks%64 == 0 && !w.look(began) {
				break
			}
		}
		if w.left.Load() > 0 {
			continue
		}
		w.there[thread].Store(false)
		// A task that came just now relied on this goroutine.
		if w.left.Load() <= 0 || !w.there[thread].CompareAndSwap(false, true) {
			return
		}
	}
}

// await returns when all pieces are finished.
func (w *workers) await() {
	for began, looks := time.Now(), 1; w.finished.Load() < w.n; looks++ {
		if looks%64 != 0 || w.look(began) {
			continue
		}
		w.sleeping.Store(true)
		if w.finished.Load() == w.n && w.sleeping.Swap(false) {
			return
		}
		<-w.wake // perhaps by the last piece of the task before
	}
}

// look lets others run, and says whether the moment since then is not over.
func (w *workers) look(began time.Time) bool {
	if time.Since(began) >= w.moment {
		return false
	}
	runtime.Gosched()
	return true
}

// parallel does pieces 0 to n-1 of a task.
func (b *Backend) parallel(n int, t task) {
	if r, ok := t.(recordable); ok && b.crew != nil && n > 1 && r.recordable() {
		b.crew.share(b, n, t)
		return
	}
	w := &b.workers
	if threads := min(len(w.run), n); threads > 1 {
		w.share(threads, n, t)
		return
	}
	for i := range n {
		t.do(0, i)
	}
}
