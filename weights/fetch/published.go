//go:build !js

// Package fetch brings a published VGG-19 here: a Download is its file on the way, which
// goes on where it broke off, and a Fetcher does that in a server, makes of it what
// browsers are given, and puts it into the store.
package fetch

import (
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"trappedinart/engine"
)

// A Published is a file that can be fetched: where, and what proves it whole.
type Published struct {
	Name        string // of the network in a store
	Input       string // how it wants its pictures, for importer.Options
	URL         string
	SHA256, MD5 string // one of them
	Size        int64  // bytes, or 0 if that is not known

	// From is another address of the file, or "".
	From string
}

// Original is Simonyan and Zisserman's network as Keras has it, without its classifier;
// Torchvision is PyTorch's.
var (
	Original = Published{
		Name: "vgg19", Input: "caffe",
		URL:  "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
		MD5:  "253f8cb515780f3b799900260a226db6",
		Size: 80_134_624,
	}
	Torchvision = Published{
		Name: "vgg19-torchvision", Input: "torchvision",
		URL:    "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
		SHA256: "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
		Size:   574_673_361,
	}
)

// mostBytes bounds a file whose size is not known: no VGG-19 has more.
const mostBytes = 600 << 20

// At is the same file at another address, or, if that ends in #sha256= and 64 digits, what
// is there with that checksum.
func (p Published) At(address string) (Published, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return p, engine.Errorf(engine.InvalidRequest, "The address of a file begins with http:// or https:// and names a server; %.200q does not.", address)
	}
	if u.Fragment != "" {
		sum, ok := strings.CutPrefix(strings.ToLower(u.Fragment), "sha256=")
		if raw, err := hex.DecodeString(sum); !ok || err != nil || len(raw) != 32 {
			return p, engine.Errorf(engine.InvalidRequest, "After #, the address of a file needs sha256= and 64 digits, not %.100q.", u.Fragment)
		}
		p.SHA256, p.MD5, p.Size = sum, "", 0
		u.Fragment = ""
	}
	p.From = u.String()
	return p, nil
}

// from is where it is asked for.
func (p *Published) from() string {
	if p.From != "" {
		return p.From
	}
	return p.URL
}

// base is the name of the file.
func (p *Published) base() string { return p.URL[strings.LastIndexByte(p.URL, '/')+1:] }

// most is how many bytes it can have.
func (p *Published) most() int64 {
	if p.Size > 0 {
		return p.Size
	}
	return mostBytes
}

// megabytes is a number of bytes in words.
func megabytes(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}
