//go:build !js

// Package fetchtest has what tests of fetching need: files as they are published, made
// small, and a server on this machine that hands them out, well or badly.
package fetchtest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"trappedinart/engine/vgg"
	"trappedinart/weights/fetch"
)

// Layers is how many convolutions a VGG-19 has.
const Layers = 16

// Keras returns a file as the original VGG-19 is published: HDF5 in the layout of Keras 1,
// all convolutions and no classifier. They have so many channels each in place of 64 to 512,
// or, if there is a number for every one, these.
func Keras(channels ...int) []byte {
	widths := channels
	if len(channels) == 1 {
		widths = slices.Repeat(channels, Layers)
	}
	var c container
	c.put(make([]byte, 96)) // the superblock comes last
	layers := members{}
	for _, conv := range vgg.Random("keras", widths).Convs {
		kernel := make([]float32, 0, 9*conv.I*conv.O) // [3,3,I,O]
		for tap := range 9 {
			for i := range conv.I {
				for o := range conv.O {
					kernel = append(kernel, conv.At((o*conv.I+i)*9+tap))
				}
			}
		}
		name := fmt.Sprintf("block%c_conv%c", conv.Name[len("conv")], conv.Name[len("conv1_")])
		layers[name] = c.group(members{
			name + "_W_1:0": c.dataset(kernel, 3, 3, uint64(conv.I), uint64(conv.O)),
			name + "_b_1:0": c.dataset(conv.Bias, uint64(conv.O)),
		})
	}
	root := c.group(layers)
	data := c.Bytes()
	copy(data, superblock(root, len(data)))
	return data
}

// Published describes a file at an address as if it were the original VGG-19.
func Published(url string, data []byte) fetch.Published {
	sum := md5.Sum(data)
	return fetch.Published{Name: "vgg19", Input: "caffe", URL: url + "/vgg19.h5", MD5: hex.EncodeToString(sum[:]), Size: int64(len(data))}
}

// A Host serves one file as a server in the internet does, or not quite. Its behaviour can
// change between requests.
type Host struct {
	Data   []byte
	Ranges bool   // it can go on in the middle
	ETag   string // with its quotes
	Stop   int    // after how many bytes it breaks off, if not 0
	Status int    // if not 0
	Kind   string // Content-Type, if not ""
	Shift  int    // it goes on so much further than it was asked to
	Mute   bool   // it does not say how long the file is

	// Hang, if it is set, is waited for instead of breaking off; the rest comes then.
	Hang <-chan struct{}

	mu     sync.Mutex
	asked  []string // the Range of each request
	served int
}

// Asked returns the Range of each request so far.
func (h *Host) Asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.asked...)
}

// Served returns how many bytes were handed out.
func (h *Host) Served() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.served
}

// Forget lets both begin anew.
func (h *Host) Forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked, h.served = nil, 0
}

// Open returns the address of a server of it.
func (h *Host) Open(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.URL
}

// Put has it hand out another file from now on.
func (h *Host) Put(data []byte, etag string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.Data, h.ETag = data, etag
}

// ServeHTTP answers every path.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.Header.Get("Range"))
	data, etag := h.Data, h.ETag
	h.mu.Unlock()
	if h.Status != 0 {
		w.WriteHeader(h.Status)
		return
	}
	status := http.StatusOK
	if etag != "" {
		w.Header().Set("ETag", etag)
	}
	if h.Kind != "" {
		w.Header().Set("Content-Type", h.Kind)
	}
	var first int
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first); err == nil && h.Ranges && r.Header.Get("If-Range") == etag {
		if first >= len(data) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first+h.Shift, len(data)-1, len(data)))
		data, status = data[first:], http.StatusPartialContent
	}
	if !h.Mute {
		w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	}
	w.WriteHeader(status)
	if h.Stop == 0 || h.Stop >= len(data) {
		h.write(w, data)
		return
	}
	h.write(w, data[:h.Stop])
	if h.Hang == nil {
		panic(http.ErrAbortHandler)
	}
	select {
	case <-h.Hang:
		h.write(w, data[h.Stop:])
	case <-r.Context().Done():
	}
}

func (h *Host) write(w http.ResponseWriter, data []byte) {
	n, _ := w.Write(data) // who does not read on has what is counted
	w.(http.Flusher).Flush()
	h.mu.Lock()
	h.served += n
	h.mu.Unlock()
}
