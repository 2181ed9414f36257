// Package weights reads and writes the files that hold a network's parameters, in
// the safetensors format (github.com/huggingface/safetensors).
//
// A file holds the 3x3 convolutions of a VGG-19 from conv1_1 on, in network order
// to wherever it ends, each as
//
//	conv1_1.weight  F32 [O,I,3,3]
//	conv1_1.bias    F32 [O]
//
// or, quantised to a quarter of the size, as
//
//	conv1_1.weight  I8  [O,I,3,3]
//	conv1_1.scale   F32 [O]         weight[o,...] = scale[o] * int8[o,...]
//	conv1_1.bias    F32 [O]
//
// and a layer may have a metric, in which its feature maps are compared:
//
//	conv1_1.metric  F32 [O,O]       symmetric; see vgg.Conv
//
// or, beside weights in int8, its rows up to the diagonal, F16 [O*(O+1)/2].
//
// Tensors called head.* are left over from training and ignored. The metadata says
// how pixels become the network's input:
//
//	input_order  RGB or BGR: the order of the first convolution's channels
//	input_mean   three numbers in that order, taken from pixels of 0 to 255
//	input_scale  three numbers in that order, by which the difference is multiplied
//
// Everything but Store also works in WebAssembly.
package weights

import (
	_ "embed" // for the networks
	"strings"
	"trappedinart/engine"
)

// Extension is what the names of the files end in.
const Extension = ".safetensors"

// The networks that the program carries with it.
const (
	FineName  = engine.FineNetwork
	SmallName = engine.SmallNetwork
)

var (
	//go:embed fine.safetensors
	fine string
	//go:embed small.safetensors
	small string
)

// Fine and Small return the files of the networks that the program carries with it.
func Fine() []byte  { return []byte(fine) }
func Small() []byte { return []byte(small) }

// HashedName returns the name under which a file of Quantize or Marshal in int8 can be
// served for ever: the given name, 16 hexadecimal digits of the SHA-256 of the file's
// header, which holds the hashes of the rest, and the extension.
func HashedName(name string, file []byte) string {
	return name + "-" + digest(file[:headerEnd(file)])[:hashDigits] + Extension
}

// hashDigits is how many digits of the header's hash are in a name.
const hashDigits = 16

// SplitHashedName takes what HashedName made apart.
func SplitHashedName(hashedName string) (name, hash string, ok bool) {
	rest, ok := strings.CutSuffix(hashedName, Extension)
	at := len(rest) - hashDigits - 1
	if !ok || at < 1 || rest[at] != '-' || strings.Trim(rest[at+1:], "0123456789abcdef") != "" {
		return "", "", false
	}
	return rest[:at], rest[at+1:], true
}
