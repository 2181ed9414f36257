//go:build !js

package importer

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"

	"github.com/sbinet/npyio/npy"

	"trappedinart/engine"
)

const numpyFile = "no whole .npz file"

// maxArrayHeader bounds the text before an array's numbers; NumPy writes 128 bytes.
const maxArrayHeader = 4 << 10

// mostPacked is how many times smaller than its numbers a file may be. Weights hardly
// become smaller at all; what does is made to fill the memory.
const mostPacked = 4

// readNPZ lists the arrays of a zip file that belong to a VGG-19.
func readNPZ(s *source, z *zip.Reader) ([]tensor, error) {
	var tensors []tensor
	room := uint64(mostPacked*s.size + 1<<20)
	for _, f := range z.File {
		if layer, _, err := place(f.Name); err != nil {
			return nil, err
		} else if layer < 0 {
			continue
		}
		if f.UncompressedSize64 > room {
			return nil, engine.Errorf(engine.InvalidWeights, "The arrays in this file are more than %d times its size, which no weights are; get another copy of it.", mostPacked)
		}
		room -= f.UncompressedSize64
		shape, err := arrayShape(f)
		if err != nil {
			return nil, err
		}
		tensors = append(tensors, tensor{name: strings.TrimSuffix(f.Name, ".npy"), shape: shape, order: either, read: func() ([]float32, error) {
			return readArray(f)
		}})
	}
	return tensors, nil
}

// arrayShape reads the header of an array, and checks that its numbers are there.
func arrayShape(f *zip.File) ([]int, error) {
	data, err := head(f, maxArrayHeader)
	if err != nil {
		return nil, broken(numpyFile, err)
	}
	length, err := arrayHeader(data)
	if err != nil {
		return nil, broken(numpyFile, err)
	}
	r, err := npy.NewReader(bytes.NewReader(data[:length]))
	if err != nil {
		return nil, broken(numpyFile, err)
	}
	d := r.Header.Descr
	size := map[string]int{"<f4": 4, "<f8": 8}[d.Type]
	n, ok := count(d.Shape)
	switch {
	case size == 0:
		return nil, engine.Errorf(engine.InvalidWeights, "%.80q is of type %.20s; this program reads float32 and float64.", f.Name, d.Type)
	case d.Fortran:
		return nil, engine.Errorf(engine.InvalidWeights, "%.80q is in Fortran's order; save it after numpy.ascontiguousarray.", f.Name)
	case !ok || uint64(length+n*size) != f.UncompressedSize64:
		return nil, engine.Errorf(engine.InvalidWeights, "%.80q has not as many numbers as its shape %v says; get another copy of the file.", f.Name, d.Shape)
	}
	return d.Shape, nil
}

// arrayHeader returns how many bytes come before the numbers. The library would make
// room for as many as the file says.
func arrayHeader(data []byte) (int, error) {
	if len(data) < 12 || !bytes.HasPrefix(data, npy.Magic[:]) {
		return 0, errors.New("it holds something that is no array")
	}
	length := 10 + int(binary.LittleEndian.Uint16(data[8:]))
	if data[6] != 1 {
		length = 12 + int(binary.LittleEndian.Uint32(data[8:]))
	}
	if length > len(data) {
		return 0, errors.New("the header of an array is cut or too long")
	}
	return length, nil
}

// readArray reads all of an array before the library sees it, which takes what a
// reader gives at once for all that was asked.
func readArray(f *zip.File) ([]float32, error) {
	r, err := f.Open()
	if err != nil {
		return nil, broken(numpyFile, err)
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	if _, err = io.ReadFull(r, data); err == nil {
		_, err = io.Copy(io.Discard, r) // to the checksum
	}
	if err != nil {
		return nil, broken(numpyFile, err)
	}
	a, err := npy.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, broken(numpyFile, err)
	}
	if a.Header.Descr.Type == "<f4" {
		var values []float32
		if err := a.Read(&values); err != nil {
			return nil, broken(numpyFile, err)
		}
		return values, nil
	}
	var wide []float64
	if err := a.Read(&wide); err != nil {
		return nil, broken(numpyFile, err)
	}
	return narrow(wide), nil
}

func narrow(wide []float64) []float32 {
	values := make([]float32, len(wide))
	for i, v := range wide {
		values[i] = float32(v)
	}
	return values
}
