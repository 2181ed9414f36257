package cpu

import (
	"sync"
	"sync/atomic"
)

// A task is work in numbered pieces. Which thread does which piece never changes a
// result; thread is the index of the scratch that the call may use.
type task interface{ do(thread, piece int) }

// recordable is a task whose pieces, if it says so, read and write by calls of kernels
// alone: a crew can do them.
type recordable interface{ recordable() bool }

// workers share out the pieces of a task. Starting one takes no memory: the
// functions that the goroutines run are made once.
type workers struct {
	run  []func()
	wg   sync.WaitGroup
	next atomic.Int64
	task task
	n    int64
}

func (w *workers) init(threads int) {
	for thread := range threads {
		w.run = append(w.run, func() {
			defer w.wg.Done()
			w.work(thread)
		})
	}
}

// work takes the next piece until there is none.
func (w *workers) work(thread int) {
	for i := w.next.Add(1) - 1; i < w.n; i = w.next.Add(1) - 1 {
		w.task.do(thread, int(i))
	}
}

// parallel does pieces 0 to n-1 of a task.
func (b *Backend) parallel(n int, t task) {
	if r, ok := t.(recordable); ok && b.crew != nil && n > 1 && r.recordable() {
		b.crew.share(b, n, t)
		return
	}
	w := &b.workers
	threads := min(len(w.run), n)
	if threads <= 1 {
		for i := range n {
			t.do(0, i)
		}
		return
	}
	w.task, w.n = t, int64(n)
	w.next.Store(0)
	w.wg.Add(threads)
	for _, run := range w.run[1:threads] {
		go run()
	}
	w.run[0]()
	w.wg.Wait()
	w.task = nil
}
