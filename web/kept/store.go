// Package kept is what this browser keeps from one visit to the next: results, what they were made
// of, and the run that is under way.
package kept

import (
	"fmt"
	"sync"

	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/photo"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A Store keeps things in this browser, from one visit to the next (IndexedDB). Its
// methods wait for the browser: they are not for go-app's event loop.
type Store struct {
	once sync.Once
	db   app.Value
	err  error
	raw  bool // Blobs are refused, and go in as bytes
}

// The object stores; every value has a key of its own.
const (
	Results  = "results"  // of runs
	Pictures = "pictures" // that they were made of
	Run      = "run"      // the one that is under way
)

func (st *Store) open() error {
	st.once.Do(func() {
		base := app.Window().Get("indexedDB")
		if !base.Truthy() {
			st.err = fmt.Errorf("this browser has no IndexedDB")
			return
		}
		var request app.Value
		if st.err = dom.Try(func() { request = base.Call("open", "trapped-in-art", 1) }); st.err != nil {
			return
		}
		upgrade := app.FuncOf(func(app.Value, []app.Value) any {
			for _, name := range []string{Results, Pictures, Run} {
				request.Get("result").Call("createObjectStore", name)
			}
			return nil
		})
		defer upgrade.Release()
		request.Call("addEventListener", "upgradeneeded", upgrade)
		if st.db, st.err = dom.Requested(request); st.err == nil {
			st.raw = !st.takesBlobs()
		}
	})
	return st.err
}

// The times for which things are kept.
const (
	Never     = iota // nothing is kept
	ForWindow        // until the window is closed
	ForVisits
)

// Stays says how long what is kept stays, as far as this browser lets that be known: private
// windows of WebKit keep things in memory, and take no Blobs.
func (st *Store) Stays() int {
	switch {
	case st.open() != nil:
		return Never
	case st.raw:
		return ForWindow
	}
	return ForVisits
}

// do makes one request of the part of that name.
func (st *Store) do(part, mode, method string, args ...any) (app.Value, error) {
	if err := st.open(); err != nil {
		return nil, err
	}
	return st.ask(part, mode, method, args...)
}

func (st *Store) ask(part, mode, method string, args ...any) (app.Value, error) {
	var request app.Value
	err := dom.Try(func() {
		request = st.db.Call("transaction", part, mode).Call("objectStore", part).Call(method, args...)
	})
	if err != nil {
		return nil, err
	}
	return dom.Requested(request)
}

// Put keeps an object, whose fields may be text, numbers and Blobs.
func (st *Store) Put(part, key string, fields map[string]any) error {
	object := app.Window().Get("Object").New()
	if err := st.open(); err != nil {
		return err
	}
	for name, v := range fields {
		if st.raw {
			var err error
			if v, err = rawOf(v); err != nil {
				return err
			}
		}
		object.Set(name, v)
	}
	_, err := st.do(part, "readwrite", "put", object, key)
	return err
}

// Get returns the object of that key, or nil.
func (st *Store) Get(part, key string) (app.Value, error) {
	v, err := st.do(part, "readonly", "get", key)
	if err != nil || !v.Truthy() {
		return nil, err
	}
	return st.whole(v), nil
}

// All returns every object.
func (st *Store) All(part string) ([]app.Value, error) {
	list, err := st.list(part, "getAll")
	for i, v := range list {
		list[i] = st.whole(v)
	}
	return list, err
}

// keys returns their keys.
func (st *Store) keys(part string) ([]string, error) {
	list, err := st.list(part, "getAllKeys")
	keys := make([]string, len(list))
	for i, k := range list {
		keys[i] = k.String()
	}
	return keys, err
}

func (st *Store) list(part, method string) ([]app.Value, error) {
	v, err := st.do(part, "readonly", method)
	if err != nil {
		return nil, err
	}
	list := make([]app.Value, v.Length())
	for i := range list {
		list[i] = v.Index(i)
	}
	return list, nil
}

// Remove deletes the object of that key.
func (st *Store) Remove(part, key string) error {
	_, err := st.do(part, "readwrite", "delete", key)
	return err
}

// KeepPictures keeps those that are not kept yet.
func (st *Store) KeepPictures(list []*desk.Picture) error {
	kept, err := st.keys(Pictures)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, k := range kept {
		have[k] = true
	}
	for _, p := range list {
		if have[p.ID] {
			continue
		}
		have[p.ID] = true
		if err := st.Put(Pictures, p.ID, map[string]any{"name": p.File.Name, "blob": photo.Blob(p), "example": p.Example}); err != nil {
			return err
		}
	}
	return nil
}

// pictures returns those of the ids, in their order.
func (st *Store) pictures(ids []string) ([]*desk.Picture, error) {
	list := make([]*desk.Picture, len(ids))
	for i, id := range ids {
		kept, err := st.Get(Pictures, id)
		if err != nil {
			return nil, err
		}
		if kept == nil {
			return nil, fmt.Errorf("the picture %s is not kept any more", id)
		}
		if list[i], err = photo.Read(kept.Get("name").String(), kept.Get("blob")); err != nil {
			return nil, err
		}
		list[i].ID, list[i].Example = id, kept.Get("example").Bool()
	}
	return list, nil
}

// RemoveUnused deletes the pictures that nothing which is kept was made of.
func (st *Store) RemoveUnused(used map[string]bool) error {
	ids, err := st.keys(Pictures)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !used[id] {
			if err := st.Remove(Pictures, id); err != nil {
				return err
			}
		}
	}
	return nil
}
