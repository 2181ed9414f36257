//go:build !js

package importer

import (
	"archive/zip"
	"errors"
	"io"
	"math"
	"strings"

	"trappedinart/engine"
)

// maxDirectory bounds what is read of a zip file to list it: a VGG-19 has a few KiB,
// and each entry takes some hundred bytes of memory.
const maxDirectory = 512 << 10

// A meter is a reader that gives no more than a number of bytes.
type meter struct {
	io.ReaderAt
	left int
}

var errDirectory = errors.New("its directory is too long")

func (m *meter) ReadAt(p []byte, off int64) (int, error) {
	if m.left -= len(p); m.left < 0 {
		return 0, errDirectory
	}
	return m.ReaderAt.ReadAt(p, off)
}

// readZip tells PyTorch's zip files from NumPy's.
func readZip(s *source) ([]tensor, error) {
	m := &meter{ReaderAt: s, left: maxDirectory}
	z, err := zip.NewReader(m, s.size)
	if err != nil {
		return nil, broken("no whole .pth or .npz file", err)
	}
	m.left = math.MaxInt
	arrays := false
	for _, f := range z.File {
		if f.Name == "data.pkl" || strings.HasSuffix(f.Name, "/data.pkl") {
			return readTorch(s, z, strings.TrimSuffix(f.Name, "data.pkl"))
		}
		arrays = arrays || strings.HasSuffix(f.Name, ".npy")
	}
	if arrays {
		return readNPZ(s, z)
	}
	return nil, engine.Errorf(engine.InvalidWeights, "This zip file holds neither PyTorch's data.pkl nor NumPy's arrays; unpack it, if the weights are inside.")
}
