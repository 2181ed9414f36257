package kept

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"trappedinart/web/dom"
)

// takesBlobs tries whether Blobs can be kept.
func (st *Store) takesBlobs() bool {
	const key = "probe"
	if _, err := st.ask(Run, "readwrite", "put", map[string]any{"blob": dom.BlobOf([]byte{1}, "image/png")}, key); err != nil {
		app.Log("Blobs cannot be kept:", err)
		return false
	}
	_, err := st.ask(Run, "readwrite", "delete", key)
	return err == nil
}

// rawOf is a Blob's bytes with its type, and anything else as it is.
func rawOf(v any) (any, error) {
	blob, ok := v.(app.Value)
	if !ok || !blob.InstanceOf(app.Window().Get("Blob")) {
		return v, nil
	}
	bytes, err := dom.Await(blob.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	raw := app.Window().Get("Object").New()
	raw.Set("raw", bytes)
	raw.Set("type", blob.Get("type"))
	return raw, nil
}

// whole makes Blobs again of what rawOf has made of them.
func (st *Store) whole(object app.Value) app.Value {
	if !st.raw {
		return object
	}
	names := app.Window().Get("Object").Call("keys", object)
	for i := range names.Length() {
		name := names.Index(i).String()
		if field := object.Get(name); field.Type() == app.TypeObject && field.Get("raw").Truthy() {
			object.Set(name, app.Window().Get("Blob").New([]any{field.Get("raw")}, map[string]any{"type": field.Get("type")}))
		}
	}
	return object
}
