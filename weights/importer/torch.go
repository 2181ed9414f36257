//go:build !js

package importer

import (
	"archive/zip"
	"encoding/binary"
	"errors"
	"io"

	"github.com/nlpodyssey/gopickle/types"

	"trappedinart/engine"
)

// The name of both formats of PyTorch in errors.
const torchFile = "no PyTorch file that can be read"

// torchMagic begins the format before PyTorch 1.6: the pickle of a number.
var torchMagic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")

// readTorch lists the tensors of a zip file in which data.pkl describes them and
// data/0 and so on hold their numbers.
func readTorch(s *source, z *zip.Reader, prefix string) ([]tensor, error) {
	files := map[string]*zip.File{}
	for _, f := range z.File {
		files[f.Name] = f
	}
	if f := files[prefix+"byteorder"]; f != nil {
		if data, err := head(f, 16); err != nil || string(data) != "little" {
			return nil, engine.Errorf(engine.InvalidWeights, "This PyTorch file comes from a machine with the high byte first; save it on another.")
		}
	}
	data, err := head(files[prefix+"data.pkl"], maxPickle)
	if err != nil {
		return nil, broken(torchFile, err)
	}
	value, _, err := unpickle(data)
	if err != nil {
		return nil, broken(torchFile, err)
	}
	return torchTensors(value, func(st *storage) (io.ReadCloser, error) {
		f := files[prefix+"data/"+st.key]
		switch {
		case f == nil:
			return nil, engine.Errorf(engine.InvalidWeights, "The PyTorch file lacks the numbers called %.80q; get a whole copy of it.", st.key)
		case f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.UncompressedSize64 > uint64(s.size):
			return nil, engine.Errorf(engine.InvalidWeights, "The numbers in this PyTorch file are compressed, which torch.save does not do; save it anew.")
		case f.UncompressedSize64 != uint64(st.size()):
			return nil, engine.Errorf(engine.InvalidWeights, "The PyTorch file holds %d bytes where it says %d numbers; get another copy of it.", f.UncompressedSize64, st.count)
		}
		r, err := f.Open()
		if err != nil {
			return nil, broken(torchFile, err)
		}
		return r, nil
	})
}

// head reads the first bytes of an entry of a zip file.
func head(f *zip.File, most int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, most))
}

// readLegacy lists the tensors of a file in which five pickles come before the
// numbers: a magic number, a version, the machine, the tensors, and the order of the
// storages that follow, each with its length before it.
func readLegacy(s *source) ([]tensor, error) {
	data := make([]byte, min(s.size, 5*maxPickle))
	if _, err := s.ReadAt(data, 0); err != nil {
		return nil, broken(torchFile, err)
	}
	var values [5]any
	at := 0
	for i := range values {
		value, n, err := unpickle(data[at:])
		if err != nil {
			return nil, broken(torchFile, err)
		}
		values[i], at = value, at+n
	}
	keys, ok := values[4].(*types.List)
	if values[1] != 1001 || !ok {
		return nil, broken(torchFile, errors.New("it is of another version"))
	}
	places := map[string]int64{}
	tensors, err := torchTensors(values[3], func(st *storage) (io.ReadCloser, error) {
		place, ok := places[st.key]
		if !ok {
			return nil, broken(torchFile, io.ErrUnexpectedEOF)
		}
		return io.NopCloser(io.NewSectionReader(s, place, st.size())), nil
	})
	if err != nil {
		return nil, err
	}
	return tensors, s.locate(*keys, storages(values[3]), int64(at), places)
}

// locate finds the places of storages, which stand one after another from next on.
func (s *source) locate(keys types.List, all map[string]*storage, next int64, places map[string]int64) error {
	for _, key := range keys {
		name, _ := key.(string)
		st := all[name]
		if st == nil {
			return broken(torchFile, errors.New("it has numbers that belong to no tensor"))
		}
		var count [8]byte
		if _, err := s.ReadAt(count[:], next); err != nil {
			return broken(torchFile, err)
		}
		if binary.LittleEndian.Uint64(count[:]) != uint64(st.count) {
			return broken(torchFile, errors.New("it has not as many numbers as it says"))
		}
		places[name] = next + int64(len(count))
		if next = places[name] + st.size(); next > s.size {
			return broken(torchFile, io.ErrUnexpectedEOF)
		}
	}
	return nil
}

func storages(value any) map[string]*storage {
	all := map[string]*storage{}
	list, _ := entries(value)
	for _, e := range list {
		if t, ok := e.Value.(*torchTensor); ok {
			all[t.storage.key] = t.storage
		}
	}
	return all
}

// torchTensors lists the tensors of a dictionary, whose storages open gives access to.
func torchTensors(value any, open func(*storage) (io.ReadCloser, error)) ([]tensor, error) {
	list, ok := entries(value)
	if !ok {
		return nil, engine.Errorf(engine.InvalidWeights, "This PyTorch file holds no list of tensors; save the model's state_dict().")
	}
	var tensors []tensor
	for _, e := range list {
		name, isName := e.Key.(string)
		t, isTensor := e.Value.(*torchTensor)
		if !isName || !isTensor {
			continue // a number of training steps, or the like
		}
		tensors = append(tensors, tensor{name: name, shape: t.shape, order: oihw, read: func() ([]float32, error) {
			return t.read(name, open)
		}})
	}
	return tensors, nil
}

// read reads a tensor whose numbers stand together, in whatever order.
func (t *torchTensor) read(name string, open func(*storage) (io.ReadCloser, error)) ([]float32, error) {
	n, ok := count(t.shape)
	last := 0
	for d, side := range t.shape {
		last += t.stride[d] * (side - 1)
	}
	switch {
	case t.storage.name != "float" && t.storage.name != "double":
		return nil, engine.Errorf(engine.InvalidWeights, "%.80q is of type %s; this program reads float.", name, t.storage.name)
	case !ok || n > t.storage.count || t.offset > t.storage.count-n:
		return nil, engine.Errorf(engine.InvalidWeights, "%.80q reaches beyond the numbers there are; get another copy of the file.", name)
	case last != n-1:
		return nil, engine.Errorf(engine.InvalidWeights, "The numbers of %.80q do not stand together; save it after .contiguous().", name)
	}
	r, err := open(t.storage)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	values, err := readNumbers(r, t.storage.bytes, t.offset, n)
	if err != nil {
		return nil, broken(torchFile, err)
	}
	return gather(values, t.shape, t.stride), nil
}

// readNumbers reads n numbers after the first skip, and to the end of r, where a zip
// file's checksum is looked at.
func readNumbers(r io.Reader, size, skip, n int) ([]float32, error) {
	if _, err := io.CopyN(io.Discard, r, int64(skip)*int64(size)); err != nil {
		return nil, err
	}
	data := make([]byte, n*size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	if size == 8 {
		return float64s(data), nil
	}
	return float32s(data), nil
}

// gather puts numbers that lie apart by the given strides into the plain order.
func gather(values []float32, shape, stride []int) []float32 {
	plain := 1
	isPlain := true
	for d := len(shape) - 1; d >= 0; d-- {
		isPlain = isPlain && (stride[d] == plain || shape[d] == 1)
		plain *= shape[d]
	}
	if isPlain {
		return values
	}
	out := make([]float32, 0, len(values))
	var walk func(d, at int)
	walk = func(d, at int) {
		if d == len(shape) {
			out = append(out, values[at])
			return
		}
		for i := range shape[d] {
			walk(d+1, at+i*stride[d])
		}
	}
	walk(0, 0)
	return out
}
