//go:build !js

package importer

import (
	"strings"

	"github.com/scigolib/hdf5"

	"trappedinart/engine"
)

// readHDF5 lists the datasets of a file as Keras writes it, which are read until close
// is called. The library follows every address in a file and makes room for whatever
// it finds there, so it is only shown files whose outline was drawn first; the outline
// also has the shapes, which the library gives as text alone.
func readHDF5(s *source) (tensors []tensor, closeFile func() error, err error) {
	o, err := drawOutline(s)
	if err != nil {
		return nil, nil, err
	}
	f, err := hdf5.Open(s.path)
	if err != nil {
		return nil, nil, broken(hdf5File, err)
	}
	f.Walk(func(path string, object hdf5.Object) {
		if d, ok := object.(*hdf5.Dataset); ok {
			tensors = append(tensors, dataset(strings.TrimPrefix(path, "/"), d, o.datasets[d.Address()]))
		}
	})
	return tensors, f.Close, nil
}

func dataset(name string, d *hdf5.Dataset, outlined outlined) tensor {
	return tensor{name: name, shape: outlined.shape, order: hwio, read: func() ([]float32, error) {
		if outlined.problem != "" {
			return nil, engine.Errorf(engine.InvalidWeights, "%.80q %s.", name, outlined.problem)
		}
		wide, err := d.Read()
		if err != nil {
			return nil, broken(hdf5File, err)
		}
		return narrow(wide), nil
	}}
}
