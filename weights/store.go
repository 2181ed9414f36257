//go:build !js

package weights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// maxFile bounds a file natively; a whole VGG-19 in float32 has 76 MiB.
const maxFile = 1 << 30

// A Store is the networks that a recipe can ask for by name: the embedded ones and
// the safetensors files in a directory. It may be used by several goroutines.
type Store struct {
	Dir string // may be missing, or ""

	mu    sync.Mutex
	known map[string]*cached // by path
}

// An Entry is one file of a Store.
type Entry struct {
	Name  string // by which a recipe asks for it
	Path  string // "" for the embedded ones
	Bytes int64

	// The fault of the file, or nil; the fields below are only set without one.
	Err    error
	SHA256 string
	Info
}

// embedded begins the paths of embedded files, as no other path can.
const embedded = "\x00"

func isEmbedded(path string) bool { return strings.HasPrefix(path, embedded) }

// shown is the path of a file in an Entry.
func shown(path string) string {
	if isEmbedded(path) {
		return ""
	}
	return path
}

// cached is what was learnt about a file, as long as size and time stay the same.
type cached struct {
	size     int64
	modified time.Time
	entry    Entry

	served     []byte // once somebody asked for it
	servedName string
}

// List returns the embedded networks, the better one first, and then the files of the directory by name. A
// file that cannot be used is listed with its error.
func (s *Store) List() ([]Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	paths, err := s.paths()
	if err != nil {
		return nil, err
	}
	var list []Entry
	for _, path := range paths {
		c, _, err := s.look(path)
		if err != nil {
			list = append(list, Entry{Name: nameOf(path), Path: shown(path), Err: err})
			continue
		}
		list = append(list, c.entry)
	}
	return list, nil
}

// Load returns the network of that name, or, on the command line, the one in a file:
// what contains a separator or ends in .safetensors is taken as a path. For names
// that come from others use Named.
func (s *Store) Load(ctx context.Context, nameOrPath string) (*vgg.Weights, error) {
	if isPath(nameOrPath) {
		return load(ctx, nameOrPath)
	}
	return s.Named(ctx, nameOrPath)
}

func isPath(nameOrPath string) bool {
	return strings.HasSuffix(nameOrPath, Extension) || strings.ContainsRune(nameOrPath, '/') || strings.ContainsRune(nameOrPath, filepath.Separator)
}

// Look returns the entry of a name or, like Load, of the file at a path.
func (s *Store) Look(nameOrPath string) (Entry, error) {
	path := nameOrPath
	if !isPath(nameOrPath) {
		var err error
		if path, err = s.find(nameOrPath); err != nil {
			return Entry{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, _, err := s.look(path)
	if err != nil {
		return Entry{}, err
	}
	return c.entry, c.entry.Err
}

// Named returns the network of that name. It reads no file but those of the list.
func (s *Store) Named(ctx context.Context, name string) (*vgg.Weights, error) {
	path, err := s.find(name)
	if err != nil {
		return nil, err
	}
	return load(ctx, path)
}

// ServedLayers is how many convolutions a browser is given: to conv5_1, deeper than which
// no recipe of this program's looks, and which spares a third of VGG-19.
const ServedLayers = 13

// Served returns the int8 file of that name for a browser, and the hash-containing
// name under which it never changes. The file is shared: it must not be written to.
func (s *Store) Served(name string) (file []byte, hashedName string, err error) {
	path, err := s.find(name)
	if err != nil {
		return nil, "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c, data, err := s.look(path)
	switch {
	case err != nil:
		return nil, "", err
	case c.entry.Err != nil:
		return nil, "", c.entry.Err
	case c.served != nil:
		return c.served, c.servedName, nil
	}
	if data == nil { // looked at before
		if data, err = read(path); err != nil {
			return nil, "", err
		}
	}
	if c.served, err = quantizeTo(data, ServedLayers); err != nil {
		return nil, "", named(path, err)
	}
	c.servedName = HashedName(name, c.served)
	return c.served, c.servedName, nil
}

// Put writes a network into the directory, whole or not at all. It replaces none.
func (s *Store) Put(name string, data []byte) error {
	path := filepath.Join(s.Dir, name+Extension)
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return unwritable(s.Dir, err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(engine.Unwritable, "There is a network %q already, or something of its name, at %s; remove that first.", name, path)
	}
	f, err := os.CreateTemp(s.Dir, ".trapped-*")
	if err != nil {
		return unwritable(path, err)
	}
	defer os.Remove(f.Name()) // gone by then if all went well
	_, err = f.Write(data)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return unwritable(path, err)
	}
	return nil
}

func unwritable(path string, err error) error {
	cause := err
	if inner := errors.Unwrap(err); inner != nil {
		cause = inner
	}
	return &engine.Error{Code: engine.Unwritable, Message: fmt.Sprintf("%s cannot be written: %v.", path, cause), Err: err}
}

// paths returns those of the embedded files and then those of the directory, sorted.
func (s *Store) paths() ([]string, error) {
	paths := []string{embedded + FineName, embedded + SmallName}
	if s.Dir == "" {
		return paths, nil
	}
	files, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, engine.Errorf(engine.Unreadable, "The directory of weights %q cannot be read (%w).", s.Dir, err)
	}
	for _, f := range files {
		if filepath.Ext(f.Name()) == Extension {
			paths = append(paths, filepath.Join(s.Dir, f.Name()))
		}
	}
	return paths, nil
}

// find returns the path of the listed file of that name; names are compared, never
// joined to a path.
func (s *Store) find(name string) (string, error) {
	paths, err := s.paths()
	if err != nil {
		return "", err
	}
	var names []string
	for _, path := range paths {
		if nameOf(path) == name {
			return path, nil
		}
		names = append(names, nameOf(path))
	}
	return "", engine.Errorf(engine.UnknownWeights, "There are no weights called %.80q; there are %s.", name, strings.Join(names, ", "))
}

// look returns what is known of the file, and its bytes if they had to be read.
func (s *Store) look(path string) (*cached, []byte, error) {
	var size int64
	var modified time.Time
	if !isEmbedded(path) {
		stat, err := os.Stat(path)
		if err != nil {
			return nil, nil, unreadable(path, err)
		}
		size, modified = stat.Size(), stat.ModTime()
	}
	if c := s.known[path]; c != nil && c.size == size && c.modified.Equal(modified) {
		return c, nil, nil
	}
	data, err := read(path)
	if err != nil {
		return nil, nil, err
	}
	c := &cached{size: size, modified: modified, entry: describe(path, data)}
	if s.known == nil {
		s.known = map[string]*cached{}
	}
	s.known[path] = c
	return c, data, nil
}

func describe(path string, data []byte) Entry {
	e := Entry{Name: nameOf(path), Path: shown(path), Bytes: int64(len(data))}
	if e.Path != "" && (e.Name == FineName || e.Name == SmallName) {
		e.Err = engine.Errorf(engine.InvalidWeights, "%q is never used, because a network of the program's own has its name; rename it.", path)
		return e
	}
	var err error
	if e.Info, err = Inspect(data); err != nil {
		e.Err = named(path, err)
		return e
	}
	sum := sha256.Sum256(data)
	e.SHA256 = hex.EncodeToString(sum[:])
	return e
}

// nameOf returns the name by which a recipe asks for the file.
func nameOf(path string) string {
	if isEmbedded(path) {
		return strings.TrimPrefix(path, embedded)
	}
	return strings.TrimSuffix(filepath.Base(path), Extension)
}

func load(ctx context.Context, path string) (*vgg.Weights, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w, err := Parse(data)
	if err != nil {
		return nil, named(path, err)
	}
	w.Name = nameOf(path)
	return w, nil
}

// read returns the file's bytes. Anything but a plain file, which might have no end,
// is refused before it is opened.
func read(path string) ([]byte, error) {
	switch path {
	case embedded + FineName:
		return Fine(), nil
	case embedded + SmallName:
		return Small(), nil
	}
	stat, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case !stat.Mode().IsRegular():
		return nil, engine.Errorf(engine.Unreadable, "%q is not a file; name a safetensors file.", path)
	case stat.Size() > maxFile:
		return nil, engine.Errorf(engine.TooLarge, "%q has more than %d MiB; no VGG-19 has.", path, maxFile>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	data := make([]byte, stat.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}

func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(engine.Unreadable, "%q cannot be read (%w); name a safetensors file that is there.", path, fs.ErrNotExist)
	}
	return engine.Errorf(engine.Unreadable, "%q cannot be read (%w).", path, err)
}

// named puts the file's name before what is wrong with it.
func named(path string, err error) error {
	var e *engine.Error
	if isEmbedded(path) || !errors.As(err, &e) {
		return err
	}
	return &engine.Error{Code: e.Code, Message: filepath.Base(path) + ": " + e.Message, Err: err}
}
