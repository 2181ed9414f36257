package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall/js"

	"trappedinart/internal/promise"
)

// folder is the name of the directory, and of the cache, in which files are kept.
const folder = "weights"

// ErrTaken says that another tab has the file open.
var ErrTaken = errors.New("browser: another tab has the file open")

// OriginFiles are files in the origin's private file system, which pages of this address
// share and nobody else sees. Only a worker can open them.
type OriginFiles struct{}

func (OriginFiles) directory(ctx context.Context) (js.Value, error) {
	storage := js.Global().Get("navigator").Get("storage")
	if !storage.Truthy() || storage.Get("getDirectory").Type() != js.TypeFunction {
		return js.Value{}, errors.New("browser: there is no private file system")
	}
	root, err := promise.Await(ctx, storage.Call("getDirectory"))
	if err != nil {
		return js.Value{}, err
	}
	return promise.Await(ctx, root.Call("getDirectoryHandle", folder, map[string]any{"create": true}))
}

// Open opens the file of that name, a new one if there is none, for this tab alone.
func (o OriginFiles) Open(ctx context.Context, name string) (*OriginFile, error) {
	dir, err := o.directory(ctx)
	if err != nil {
		return nil, err
	}
	file, err := promise.Await(ctx, dir.Call("getFileHandle", name, map[string]any{"create": true}))
	if err != nil {
		return nil, err
	}
	if file.Get("createSyncAccessHandle").Type() != js.TypeFunction {
		return nil, errors.New("browser: files cannot be written here")
	}
	access, err := promise.Await(ctx, file.Call("createSyncAccessHandle"))
	if err != nil {
		if strings.HasPrefix(err.Error(), "NoModificationAllowedError") {
			return nil, ErrTaken
		}
		return nil, err
	}
	f := &OriginFile{access: access}
	return f, promise.Try(func() { f.size = int64(access.Call("getSize").Int()) })
}

// Sizes returns the files there are, and how long they are.
func (o OriginFiles) Sizes(ctx context.Context) (map[string]int64, error) {
	dir, err := o.directory(ctx)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for entries := dir.Call("entries"); ; {
		next, err := promise.Await(ctx, entries.Call("next"))
		if err != nil || next.Get("done").Bool() {
			return sizes, err
		}
		name, handle := next.Get("value").Index(0).String(), next.Get("value").Index(1)
		if handle.Get("kind").String() != "file" {
			continue
		}
		if file, err := promise.Await(ctx, handle.Call("getFile")); err == nil {
			sizes[name] = int64(file.Get("size").Int())
		}
	}
}

// Names returns the names of the files there are.
func (o OriginFiles) Names(ctx context.Context) ([]string, error) { return names(o.Sizes(ctx)) }

// Remove deletes the file of that name.
func (o OriginFiles) Remove(ctx context.Context, name string) error {
	dir, err := o.directory(ctx)
	if err != nil {
		return err
	}
	_, err = promise.Await(ctx, dir.Call("removeEntry", name))
	return err
}

// An OriginFile is an open file.
type OriginFile struct {
	access js.Value
	size   int64
}

// Size returns how long the file is.
func (f *OriginFile) Size() int64 { return f.size }

// ReadAt is that of io.ReaderAt.
func (f *OriginFile) ReadAt(p []byte, at int64) (n int, err error) {
	array := js.Global().Get("Uint8Array").New(len(p))
	err = promise.Try(func() { n = f.access.Call("read", array, map[string]any{"at": at}).Int() })
	if err != nil {
		return 0, err
	}
	js.CopyBytesToGo(p[:n], array)
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// Append writes the part at the end of the file, and sees that it is on the disk.
func (f *OriginFile) Append(part []byte) error {
	return promise.Try(func() {
		n := f.access.Call("write", Array(part), map[string]any{"at": f.size}).Int()
		f.size += int64(n)
		if n < len(part) {
			panic(js.Error{Value: js.ValueOf(fmt.Sprintf("%d of %d bytes could be written", n, len(part)))})
		}
		f.access.Call("flush")
	})
}

// Truncate cuts off what is beyond that size.
func (f *OriginFile) Truncate(size int64) error {
	return promise.Try(func() {
		f.access.Call("truncate", size)
		f.size = size
	})
}

// Close closes the file; it is kept, whole or not.
func (f *OriginFile) Close(bool) error { return promise.Try(func() { f.access.Call("close") }) }

// CachedFiles are whole files in the Cache API, for browsers without a private file
// system that can be written.
type CachedFiles struct{}

func (CachedFiles) cache(ctx context.Context) (js.Value, error) {
	caches := js.Global().Get("caches")
	if !caches.Truthy() {
		return js.Value{}, errors.New("browser: there is no cache")
	}
	return promise.Await(ctx, caches.Call("open", folder))
}

// key is the address by which the cache has a file. Nobody asks for it over the line.
func key(name string) string {
	return "/" + folder + "/" + js.Global().Call("encodeURIComponent", name).String()
}

// Open returns the file of that name, empty if there is none.
func (c CachedFiles) Open(ctx context.Context, name string) (*CachedFile, error) {
	cache, err := c.cache(ctx)
	if err != nil {
		return nil, err
	}
	f := &CachedFile{cache: cache, key: key(name)}
	answer, err := promise.Await(ctx, cache.Call("match", f.key))
	if err != nil || !answer.Truthy() {
		return f, err
	}
	buffer, err := promise.Await(ctx, answer.Call("arrayBuffer"))
	if err != nil {
		return nil, err
	}
	f.data = Bytes(buffer)
	return f, nil
}

// Sizes returns the files there are, and how long they are.
func (c CachedFiles) Sizes(ctx context.Context) (map[string]int64, error) {
	cache, err := c.cache(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := promise.Await(ctx, cache.Call("keys"))
	if err != nil {
		return nil, err
	}
	sizes := map[string]int64{}
	for i := range keys.Length() {
		answer, err := promise.Await(ctx, cache.Call("match", keys.Index(i)))
		if err != nil || !answer.Truthy() {
			continue
		}
		blob, err := promise.Await(ctx, answer.Call("blob"))
		if err != nil {
			continue
		}
		url := keys.Index(i).Get("url").String()
		name := js.Global().Call("decodeURIComponent", url[strings.LastIndexByte(url, '/')+1:]).String()
		sizes[name] = int64(blob.Get("size").Int())
	}
	return sizes, nil
}

// Names returns the names of the files there are.
func (c CachedFiles) Names(ctx context.Context) ([]string, error) { return names(c.Sizes(ctx)) }

// Remove deletes the file of that name.
func (c CachedFiles) Remove(ctx context.Context, name string) error {
	cache, err := c.cache(ctx)
	if err == nil {
		_, err = promise.Await(ctx, cache.Call("delete", key(name)))
	}
	return err
}

// A CachedFile is a file that is put into the cache when it is whole. Until then it takes
// memory: the cache takes a file at once or not at all.
type CachedFile struct {
	cache   js.Value
	key     string
	data    []byte
	changed bool
}

// Size returns how long the file is.
func (f *CachedFile) Size() int64 { return int64(len(f.data)) }

// ReadAt is that of io.ReaderAt.
func (f *CachedFile) ReadAt(p []byte, at int64) (int, error) {
	if at >= f.Size() {
		return 0, io.EOF
	}
	return copy(p, f.data[at:]), nil
}

// Append writes the part at the end.
func (f *CachedFile) Append(part []byte) error {
	f.data, f.changed = append(f.data, part...), true
	return nil
}

// Truncate cuts off what is beyond that size.
func (f *CachedFile) Truncate(size int64) error {
	f.data, f.changed = f.data[:size], true
	return nil
}

// Close keeps a file that is whole.
func (f *CachedFile) Close(whole bool) error {
	if !whole || !f.changed {
		return nil
	}
	answer := js.Global().Get("Response").New(Array(f.data))
	_, err := promise.Await(context.Background(), f.cache.Call("put", f.key, answer))
	return err
}

// KeptFiles returns the files that are kept on this device, and how long they are: in the
// private file system, or else in the cache.
func KeptFiles(ctx context.Context) map[string]int64 {
	for _, sizes := range []func(context.Context) (map[string]int64, error){OriginFiles{}.Sizes, CachedFiles{}.Sizes} {
		if kept, err := sizes(ctx); err == nil && len(kept) > 0 {
			return kept
		}
	}
	return nil
}

func names(sizes map[string]int64, err error) ([]string, error) {
	var list []string
	for name := range sizes {
		list = append(list, name)
	}
	return list, err
}
