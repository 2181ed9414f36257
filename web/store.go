package main

import (
	"fmt"
	"sync"

	"trappedinart/web/dom"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A store keeps things in this browser, from one visit to the next (IndexedDB). Its
// methods wait for the browser: they are not for go-app's event loop.
type store struct {
	once sync.Once
	db   app.Value
	err  error
}

// What is kept, each by a key of its own.
const (
	kResults  = "results"  // of runs
	kPictures = "pictures" // that they were made of
	kRun      = "run"      // the one that is under way
)

func (st *store) open() error {
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
			for _, name := range []string{kResults, kPictures, kRun} {
				request.Get("result").Call("createObjectStore", name)
			}
			return nil
		})
		defer upgrade.Release()
		request.Call("addEventListener", "upgradeneeded", upgrade)
		st.db, st.err = dom.Requested(request)
	})
	return st.err
}

// do makes one request of the part of that name.
func (st *store) do(part, mode, method string, args ...any) (app.Value, error) {
	if err := st.open(); err != nil {
		return nil, err
	}
	var request app.Value
	err := dom.Try(func() {
		request = st.db.Call("transaction", part, mode).Call("objectStore", part).Call(method, args...)
	})
	if err != nil {
		return nil, err
	}
	return dom.Requested(request)
}

// put keeps an object, whose fields may be text, numbers and Blobs.
func (st *store) put(part, key string, fields map[string]any) error {
	object := app.Window().Get("Object").New()
	for name, v := range fields {
		object.Set(name, v)
	}
	_, err := st.do(part, "readwrite", "put", object, key)
	return err
}

// get returns the object of that key, or nil.
func (st *store) get(part, key string) (app.Value, error) {
	v, err := st.do(part, "readonly", "get", key)
	if err != nil || !v.Truthy() {
		return nil, err
	}
	return v, nil
}

// all returns every object.
func (st *store) all(part string) ([]app.Value, error) {
	return st.list(part, "getAll")
}

// keys returns their keys.
func (st *store) keys(part string) ([]string, error) {
	list, err := st.list(part, "getAllKeys")
	keys := make([]string, len(list))
	for i, k := range list {
		keys[i] = k.String()
	}
	return keys, err
}

func (st *store) list(part, method string) ([]app.Value, error) {
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

func (st *store) remove(part, key string) error {
	_, err := st.do(part, "readwrite", "delete", key)
	return err
}

// keepPictures keeps those that are not kept yet.
func (st *store) keepPictures(list []*picture) error {
	kept, err := st.keys(kPictures)
	if err != nil {
		return err
	}
	have := map[string]bool{}
	for _, k := range kept {
		have[k] = true
	}
	for _, p := range list {
		if have[p.id] {
			continue
		}
		have[p.id] = true
		blob := p.blob
		if blob == nil { // of a mask
			blob = dom.BlobOf(p.file.Data, "image/png")
		}
		if err := st.put(kPictures, p.id, map[string]any{"name": p.file.Name, "blob": blob, "example": p.example}); err != nil {
			return err
		}
	}
	return nil
}

// pictures returns those of the ids, in their order.
func (st *store) pictures(ids []string) ([]*picture, error) {
	list := make([]*picture, len(ids))
	for i, id := range ids {
		kept, err := st.get(kPictures, id)
		if err != nil {
			return nil, err
		}
		if kept == nil {
			return nil, fmt.Errorf("the picture %s is not kept any more", id)
		}
		if list[i], err = readPicture(kept.Get("name").String(), kept.Get("blob")); err != nil {
			return nil, err
		}
		list[i].id, list[i].example = id, kept.Get("example").Bool()
	}
	return list, nil
}

// removeUnused deletes the pictures that nothing which is kept was made of.
func (st *store) removeUnused(used map[string]bool) error {
	ids, err := st.keys(kPictures)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !used[id] {
			if err := st.remove(kPictures, id); err != nil {
				return err
			}
		}
	}
	return nil
}
