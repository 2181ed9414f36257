//go:build !js

package weights_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

func write(t *testing.T, data []byte, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func names(list []weights.Entry) []string {
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
	}
	return names
}

func wantCode(t *testing.T, err error, code engine.Code, says string) {
	t.Helper()
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != code || !strings.Contains(e.Message, says) {
		t.Errorf("the error is %v, want %s: ... %s ...", err, code, says)
	}
}

func TestStoreWithoutDirectory(t *testing.T) {
	for _, dir := range []string{"", filepath.Join(t.TempDir(), "missing")} {
		store := &weights.Store{Dir: dir}
		list, err := store.List()
		if err != nil || !slices.Equal(names(list), []string{"fine", "small"}) {
			t.Fatalf("the list is %v, %v", names(list), err)
		}
		e := list[1]
		if e.Err != nil || e.Path != "" || e.Bytes != int64(len(weights.Small())) || len(e.SHA256) != 64 ||
			len(e.Taps) != 6 || !e.Quantised || e.Params != 127440 || e.Metadata["licence"] != "Apache-2.0" {
			t.Errorf("the embedded network is listed as %+v", e)
		}
	}
	notDir := &weights.Store{Dir: write(t, nil, t.TempDir(), "file")}
	_, err := notDir.List()
	wantCode(t, err, engine.Unreadable, "cannot be read")
}

func TestStoreLists(t *testing.T) {
	dir := t.TempDir()
	metadata := maps.Clone(caffe)
	metadata["source"] = "a test"
	good := safetensors(metadata, network(2, 4)...)
	write(t, good, dir, "vgg 19.safetensors")
	write(t, good[:50], dir, "broken.safetensors")
	write(t, good, dir, "small.safetensors")
	write(t, good, dir, "notes.txt")
	if err := os.Mkdir(filepath.Join(dir, "folder.safetensors"), 0o700); err != nil {
		t.Fatal(err)
	}
	huge := write(t, nil, dir, "huge.safetensors")
	if err := os.Truncate(huge, 1<<30+1); err != nil {
		t.Fatal(err)
	}
	store := &weights.Store{Dir: dir}
	for range 2 { // read, and remembered
		list, err := store.List()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := names(list), []string{"fine", "small", "broken", "folder", "huge", "small", "vgg 19"}; !slices.Equal(got, want) {
			t.Fatalf("the list is %q, want %q", got, want)
		}
		wantCode(t, list[2].Err, engine.InvalidWeights, "broken.safetensors: This is no whole")
		wantCode(t, list[3].Err, engine.Unreadable, "is not a file")
		wantCode(t, list[4].Err, engine.TooLarge, "has more than 1024 MiB")
		wantCode(t, list[5].Err, engine.InvalidWeights, "rename it")
		if e := list[6]; e.Err != nil || e.Metadata["source"] != "a test" || e.Params != 2*28+4*19 || !slices.Equal(e.Taps, []string{"relu1_1", "relu1_2"}) {
			t.Errorf("the good file is listed as %+v", e)
		}
	}
	// A file that is put right is seen.
	write(t, good, dir, "broken.safetensors")
	if list, err := store.List(); err != nil || list[2].Err != nil {
		t.Errorf("the mended file is listed with %v, %v", list[2].Err, err)
	}
}

func TestStoreLoads(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	good := safetensors(caffe, network(2, 4)...)
	write(t, good, dir, "mine.safetensors")
	other := write(t, safetensors(caffe, network(3)...), elsewhere, "other.safetensors")
	broken := write(t, good[:99], elsewhere, "broken.safetensors")
	store := &weights.Store{Dir: dir}
	ctx := context.Background()

	for name, layers := range map[string]int{"small": 6, "mine": 2, other: 1} {
		w, err := store.Load(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSuffix(filepath.Base(name), ".safetensors")
		if len(w.Convs) != layers || w.Name != want {
			t.Errorf("%s is %q of %d layers, want %q of %d", name, w.Name, len(w.Convs), want, layers)
		}
	}
	_, err := store.Load(ctx, "nobody")
	wantCode(t, err, engine.UnknownWeights, `There are no weights called "nobody"; there are fine, small, mine.`)
	_, err = store.Load(ctx, "nobody.safetensors")
	wantCode(t, err, engine.Unreadable, "nobody.safetensors")
	_, err = store.Load(ctx, elsewhere+string(filepath.Separator))
	wantCode(t, err, engine.Unreadable, "is not a file")
	_, err = store.Load(ctx, broken)
	wantCode(t, err, engine.InvalidWeights, "broken.safetensors: This is no whole")

	// Names that others send must not reach files.
	for _, name := range []string{other, "../" + filepath.Base(elsewhere) + "/other", "mine.safetensors", "./mine", "", ".", ".."} {
		_, err := store.Named(ctx, name)
		wantCode(t, err, engine.UnknownWeights, "there are fine, small, mine.")
		_, _, err = store.Served(name)
		wantCode(t, err, engine.UnknownWeights, "there are fine, small, mine.")
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := store.Load(stopped, "small"); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v, want %v", err, context.Canceled)
	}
}

func TestStoreServes(t *testing.T) {
	dir := t.TempDir()
	path := write(t, safetensors(caffe, network(2, 4)...), dir, "mine.safetensors")
	write(t, []byte("text"), dir, "broken.safetensors")
	store := &weights.Store{Dir: dir}

	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, name := range []string{"mine", "small"} {
				file, hashed, err := store.Served(name)
				if err != nil || hashed != weights.HashedName(name, file) {
					t.Errorf("%s is served as %q, %v", name, hashed, err)
				}
			}
			if _, err := store.List(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()

	file, hashed, err := store.Served("mine")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := weights.Inspect(file); err != nil || !info.Quantised {
		t.Errorf("what is served is %+v, %v", info, err)
	}
	again, _, _ := store.Served("mine")
	if &again[0] != &file[0] {
		t.Error("the file is made again for every request")
	}
	write(t, safetensors(caffe, network(5)...), dir, filepath.Base(path))
	if changed, other, err := store.Served("mine"); err != nil || bytes.Equal(changed, file) || other == hashed {
		t.Errorf("a changed file is served as %q, %v", other, err)
	}
	_, _, err = store.Served("broken")
	wantCode(t, err, engine.InvalidWeights, "broken.safetensors: ")
}

// A browser is given VGG-19 to conv5_1, in at most 13.1 MB.
func TestServedSize(t *testing.T) {
	w := vgg.Random("whole", vgg.Widths)
	data, err := weights.Marshal(w, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, data, dir, "whole.safetensors")
	store := &weights.Store{Dir: dir}
	file, _, err := store.Served("whole")
	if err != nil {
		t.Fatal(err)
	}
	info, err := weights.Inspect(file)
	if err != nil {
		t.Fatal(err)
	}
	if last := info.Taps[len(info.Taps)-1]; last != "relu5_1" || len(info.Taps) != weights.ServedLayers || len(file) > 13_100_000 {
		t.Errorf("%d bytes to %s", len(file), last)
	}
}

// A network that is put is there at once, and replaces nothing.
func TestPut(t *testing.T) {
	store := &weights.Store{Dir: filepath.Join(t.TempDir(), "weights")}
	data, err := weights.Marshal(vgg.Random("mine", []int{2, 3}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put("mine", data); err != nil {
		t.Fatal(err)
	}
	if e, err := store.Look("mine"); err != nil || e.Bytes != int64(len(data)) || len(e.Taps) != 2 {
		t.Errorf("it is listed as %+v, %v", e, err)
	}
	wantCode(t, store.Put("mine", data[:10]), engine.Unwritable, "remove that first")
	file := write(t, nil, t.TempDir(), "file")
	wantCode(t, (&weights.Store{Dir: file}).Put("mine", data), engine.Unwritable, "cannot be written")
	if files, err := os.ReadDir(store.Dir); err != nil || len(files) != 1 {
		t.Errorf("%v is left, %v", files, err)
	}
}
