package painting

import (
	"context"
	"encoding/json"
	"image"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/engine"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/kept"
	"trappedinart/web/run"
)

// runKey is the key of the run that is under way. There is one: the tab that holds the lock
// of that name keeps its run, and other tabs do not.
const runKey = "run"

// checkpointEvery is how often a run is kept by itself; one that is paused, or whose page is no more
// seen, is kept at once. A checkpoint of L-BFGS is some twenty pictures large: at 512 px it holds two
// processors up for half a second. So the interval grows with the side, the root of what a
// checkpoint costs (Young 1974, "A first order approximation to the optimum checkpoint interval").
func checkpointEvery(size int) time.Duration {
	return max(3*time.Second, time.Duration(size)*20*time.Second/512)
}

// A keeper keeps a run that is under way, so that it can go on after the page was closed.
type keeper struct {
	latest chan app.Value // a checkpoint's Blob: what comes next takes the place of what waits
	end    chan struct{}  // closed when the run has ended
	done   chan struct{}  // closed when nothing of it is kept any more
}

// keepRun begins to keep a run of the page's pictures, and of the picture it starts from.
func (s *Painter) keepRun(recipe engine.Recipe) *keeper {
	begin, smaller := s.desk.Begin, s.smaller
	k := &keeper{latest: make(chan app.Value, 1), end: make(chan struct{}), done: make(chan struct{})}
	w, pictures := s.desk.Work(recipe)
	st := s.store
	go func() {
		defer close(k.done)
		release, mine := dom.Lock(runKey)
		if !mine {
			<-k.end
			return
		}
		defer release()
		put := func(fields map[string]any) {
			meta, err := json.Marshal(w)
			if err == nil {
				fields["meta"] = string(meta)
				if begin != nil {
					fields["begin"] = dom.BlobOf(begin.Data, "image/png")
				}
				if smaller != nil {
					fields["smaller"] = dom.BlobOf(smaller.Data, "image/png")
				}
				err = st.Put(kept.Run, runKey, fields)
			}
			if err != nil {
				app.Log("the run cannot be kept:", err)
			}
		}
		if err := st.KeepPictures(pictures); err != nil {
			app.Log("the run's pictures cannot be kept:", err)
			<-k.end
			return
		}
		put(map[string]any{})
		for {
			select {
			case c := <-k.latest:
				fields := map[string]any{"checkpoint": c}
				if blob := s.preview(); blob != nil {
					fields["preview"] = blob
				}
				put(fields)
			case <-k.end:
				if err := st.Remove(kept.Run, runKey); err != nil {
					app.Log("the run that ended is still kept:", err)
				}
				return
			}
		}
	}()
	return k
}

// mostPreview is the longer side of the picture that is shown again with a checkpoint.
const mostPreview = 512

// preview returns a file of what is painted so far, or nil.
func (s *Painter) preview() app.Value {
	canvas, ok := s.Picture.Drawn()
	if !ok {
		return nil
	}
	w, h := canvas.Get("width").Int(), canvas.Get("height").Int()
	w, h = dom.Fit(w, h, min(mostPreview, max(w, h)))
	blob, err := dom.Encode(canvas, w, h, "image/png", 1)
	if err != nil {
		return nil
	}
	return blob
}

// keep takes a checkpoint.
func (k *keeper) keep(checkpoint app.Value) {
	if k == nil {
		return
	}
	select {
	case <-k.latest:
	default:
	}
	k.latest <- checkpoint
}

// close forgets the run, outside the event loop.
func (k *keeper) close() {
	if k != nil {
		close(k.end)
		<-k.done
	}
}

// Keep takes a checkpoint of the run that is under way.
func (s *Painter) Keep(checkpoint app.Value) { s.keeper.keep(checkpoint) }

// Kept says whether a run is under way and kept, here or in another tab.
func Kept() bool { return dom.Held(runKey) }

// FindInterrupted looks for a run that the page was closed on and puts it on the page, where
// Resume lets it go on. It says whether there is one, and is called outside the event loop.
func (s *Painter) FindInterrupted() bool {
	if Kept() {
		return false
	}
	found, err := s.store.Get(kept.Run, runKey)
	if err != nil || found == nil {
		return false
	}
	var w desk.Work
	if json.Unmarshal([]byte(found.Get("meta").String()), &w) != nil {
		return false
	}
	var waiting run.Interrupted
	if c := found.Get("checkpoint"); c.Truthy() {
		waiting.Checkpoint = c
	}
	begin, smaller := fileOf(found.Get("begin")), fileOf(found.Get("smaller"))
	var preview *image.NRGBA
	if blob := found.Get("preview"); blob.Truthy() {
		if data, err := dom.BytesOf(blob); err == nil {
			preview, _ = dom.Decode(context.Background(), engine.File{Name: "preview.png", Data: data})
		}
	}
	err = s.store.Restore(s.desk, w, func(recipe engine.Recipe) {
		s.desk.Page.ShowContent()
		waiting.Recipe, s.desk.Begin, s.smaller = recipe, begin, smaller
		s.desk.Run.Find(waiting)
		if preview != nil {
			s.Picture.Draw(preview)
		}
	})
	if err != nil {
		app.Log("the run that was interrupted cannot be taken up:", err)
		_ = s.store.Remove(kept.Run, runKey)
		return false
	}
	return true
}

// fileOf is a result that is kept, or nil.
func fileOf(blob app.Value) *engine.File {
	if !blob.Truthy() {
		return nil
	}
	data, err := dom.BytesOf(blob)
	if err != nil {
		return nil
	}
	return &engine.File{Name: "result.png", Data: data}
}

// takeUp lets the run that was interrupted go on.
func (s *Painter) takeUp(found run.Interrupted) {
	begin := s.desk.Begin
	s.paint(run.Job{}, s.Worker, found.Recipe, func(req *engine.Request) (err error) {
		if begin != nil {
			req.StartPicture = *begin
		}
		if blob, ok := found.Checkpoint.(app.Value); ok {
			req.Checkpoint, err = dom.BytesOf(blob)
		}
		return err
	})
}

// LetGo gives up the run that was interrupted.
func (s *Painter) LetGo() {
	s.smaller = nil
	s.Picture.NothingDrawn()
	s.desk.Page.ShowContent()
	s.desk.Page.Async(func() {
		if err := s.store.Remove(kept.Run, runKey); err != nil {
			app.Log(err)
		}
	})
}
