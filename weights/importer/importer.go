//go:build !js

// Package importer reads a VGG-19 from the formats that people have: safetensors,
// PyTorch's .pth, Keras' .h5 and NumPy's .npz. The format is told by the file's
// content, whatever its name.
//
// There are two VGG-19 that differ in their parameters and in how pixels become their
// input: the original and torchvision's. A network that is given the other's input sees
// nothing sensible and says nothing, so which one a file holds is never guessed: the
// file's metadata, its checksum or its first filters tell, or a person does.
//
// The package is native tooling. Its files come from anywhere: it reads nothing
// before it has checked the size against the file's.
package importer

import (
	"bytes"
	"context"
	"crypto/md5" // how Keras publishes its files, not a proof of anything
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"trappedinart/engine"
	"trappedinart/engine/vgg"
)

// maxFile bounds a file: torchvision's, with its classifier, has 548 MiB.
const maxFile = 1 << 30

// Options are what a person says of a file.
type Options struct {
	// Input says which preprocessing the network was trained with, where the file does
	// not: "" if it is not known, or "caffe" or "torchvision".
	Input string
}

// A Network is what was read.
type Network struct {
	Weights  *vgg.Weights
	Kind     Kind
	Metadata map[string]string // for weights.Marshal
}

// A source is an open file of a checked size, and what is known of it as a whole.
type source struct {
	*os.File
	path        string
	size        int64
	sha256, md5 string
}

// Read reads the network in a file. The error is an *engine.Error, or the context's.
func Read(ctx context.Context, path string, o Options) (*Network, error) {
	if o.Input != "" && o.Input != "caffe" && o.Input != "torchvision" {
		return nil, engine.Errorf(engine.InvalidRecipe, "The input is caffe or torchvision, not %.80q.", o.Input)
	}
	s, err := open(ctx, path)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	n, err := s.read(ctx, o)
	var e *engine.Error
	if errors.As(err, &e) {
		return nil, &engine.Error{Code: e.Code, Message: filepath.Base(path) + ": " + e.Message, Err: err}
	}
	return n, err
}

func open(ctx context.Context, path string) (*source, error) {
	stat, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, engine.Errorf(engine.Unreadable, "%q cannot be read (%w); name a file that is there.", path, fs.ErrNotExist)
	case err != nil:
		return nil, engine.Errorf(engine.Unreadable, "%q cannot be read (%w).", path, err)
	case !stat.Mode().IsRegular(): // it might have no end
		return nil, engine.Errorf(engine.Unreadable, "%q is not a file; name a file of weights.", path)
	case stat.Size() > maxFile:
		return nil, engine.Errorf(engine.TooLarge, "%q has more than %d MiB; no VGG-19 has.", path, maxFile>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, engine.Errorf(engine.Unreadable, "%q cannot be read (%w).", path, err)
	}
	s := &source{File: f, path: path, size: stat.Size()}
	if err := s.sum(ctx); err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

// sum computes the file's checksums.
func (s *source) sum(ctx context.Context) error {
	sha, md := sha256.New(), md5.New()
	block := make([]byte, 1<<20)
	r := io.NewSectionReader(s, 0, s.size)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := r.Read(block)
		sha.Write(block[:n])
		md.Write(block[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return engine.Errorf(engine.Unreadable, "%q cannot be read (%w).", s.path, err)
		}
	}
	s.sha256, s.md5 = hex.EncodeToString(sha.Sum(nil)), hex.EncodeToString(md.Sum(nil))
	return nil
}

// A content is what a format's reader finds in a file.
type content struct {
	tensors []tensor
	// Of a file that says itself how pixels become the network's input, instead of
	// the tensors.
	weights  *vgg.Weights
	metadata map[string]string
}

// read finds the format and reads the network. The libraries panic over some broken
// files, and a mapped file may be cut short by somebody else while it is read.
func (s *source) read(ctx context.Context, o Options) (n *Network, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			n, err = nil, broken("no whole file of weights", fmt.Errorf("%v", cause))
		}
	}()
	var first [14]byte
	if _, err := s.ReadAt(first[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, engine.Errorf(engine.Unreadable, "The file cannot be read (%w).", err)
	}
	var c content
	switch {
	case bytes.HasPrefix(first[:], []byte("\x89HDF\r\n\x1a\n")):
		var done func() error
		if c.tensors, done, err = readHDF5(s); err == nil {
			defer done()
		}
	case bytes.HasPrefix(first[:], []byte("PK\x03\x04")):
		c.tensors, err = readZip(s)
	case bytes.HasPrefix(first[:], torchMagic):
		c.tensors, err = readLegacy(s)
	case first[8] == '{' && binary.LittleEndian.Uint64(first[:]) < uint64(s.size):
		unmap, mapped, err := s.mapped()
		if err != nil {
			return nil, err
		}
		defer unmap() // by then all that is kept was copied
		if c, err = readSafetensors(mapped); err != nil {
			return nil, err
		}
		return c.network(ctx, s, o)
	default:
		return nil, engine.Errorf(engine.InvalidWeights, "This is no file of weights that this program reads; give it safetensors, PyTorch's .pth, Keras' .h5 or NumPy's .npz.")
	}
	if err != nil {
		return nil, err
	}
	return c.network(ctx, s, o)
}

// broken is the error for a file that a library does not get through.
func broken(what string, cause error) error {
	const most = 200 // a library may quote from the file
	text := cause.Error()
	if len(text) > most {
		text = text[:most] + "..."
	}
	return &engine.Error{Code: engine.InvalidWeights, Message: fmt.Sprintf("This is %s (%s); get another copy of it.", what, text), Err: cause}
}
