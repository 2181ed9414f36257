package vgg

import (
	"slices"

	"trappedinart/engine/backend"
)

// Poolings returns how many poolings stand before a tap.
func Poolings(tap string) int {
	n := 0
	if tap == Patches {
		return 0
	}
	for l := 1; ; l++ {
		if name := ConvName(l); name == "" || tapOf(ConvName(l-1)) == tap {
			return n
		} else if FirstOfBlock(name) {
			n++
		}
	}
}

// Halo returns how the taps of a block of a picture come out as those of the whole: the
// block's sides must lie on a grid of so many pixels, that of the deepest tap's pooling,
// and the network must see halo pixels more on each side, whole steps of the grid. A tap
// sees one place more on each side for every convolution, and twice as many pixels before
// every pooling.
func Halo(taps []string) (halo, grid int) {
	deepest := 0
	for l := 0; ConvName(l) != ""; l++ {
		if slices.Contains(taps, tapOf(ConvName(l))) {
			deepest = l
		}
	}
	grid = 1
	for l := deepest; l >= 0; l-- {
		halo++
		if l > 0 && FirstOfBlock(ConvName(l)) {
			halo, grid = 2*halo, 2*grid
		}
	}
	return (halo + grid - 1) / grid * grid, grid
}

// Width returns how many channels a tap has, 0 if the network ends before it.
func (w *Weights) Width(tap string) int {
	if tap == Patches {
		return patchChannels
	}
	if i := slices.Index(w.Taps(), tap); i >= 0 {
		return w.Convs[i].O
	}
	return 0
}

// Shapes returns the shapes of the taps' feature maps of a picture of that size.
func (n *Network) Shapes(h, w int, taps []string) map[string]backend.Shape {
	shapes := map[string]backend.Shape{}
	for _, l := range layOut(n.taps[:len(n.convs)], n.outs, backend.Shape{C: 3, H: h, W: w}, n.Ceil, taps) {
		if l.tap != "" {
			shapes[l.tap] = l.Shape
		}
	}
	return shapes
}
