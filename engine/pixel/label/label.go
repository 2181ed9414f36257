// Package label reads and writes what a picture file says beside its pixels: the
// recipe it was made by, and its colour space. It works on the bytes of whole files:
// PNG, JPEG, WebP and TIFF.
//
// The recipe is in an XMP packet (ISO 16684-1), in the place that each format has for
// one, and so other programs show it and mostly keep it. Nothing else that was
// known of the pictures goes in.
//
// Only lengths, names and checksums are handled here; pixels are left to decoders. The
// package imports little, as the page links it. (bep/imagemeta reads but does not
// write; dsoprea's packages write, by way of a logging framework and reflection.)
package label

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"

	"trappedinart/engine"
)

// A format knows the framing of one kind of file. get returns, and put
// takes, the bare XMP packet or ICC profile.
type format struct {
	is  func(file []byte) bool
	get func(file []byte, w what) []byte
	// put returns a new file with the body in it. A body of the same kind that is there
	// already comes after it or goes.
	put func(file []byte, w what, body []byte) ([]byte, error)
}

// what of a label.
type what int

const (
	xmp what = iota
	icc
)

var formats = []format{
	{isPNG, getPNG, putPNG},
	{isJPEG, getJPEG, putJPEG},
	{isWebP, getWebP, putWebP},
	{isTIFF, getTIFF, putTIFF},
}

var errMalformed = errors.New("the file's structure is broken")

// most is how much of a packet or profile is read: no real one is longer, and what is
// read of a hostile file stays small.
const most = 4 << 20

func formatOf(file []byte) (format, bool) {
	for _, f := range formats {
		if f.is(file) {
			return f, true
		}
	}
	return format{}, false
}

// Is says whether the file is of a kind that can hold a label, by its first bytes.
func Is(file []byte) bool {
	_, ok := formatOf(file)
	return ok
}

// Profile returns the ICC profile in the file, or nil if there is none. It is not looked
// into.
func Profile(file []byte) []byte { return get(file, icc) }

// XMP returns the XMP packet in the file, or nil.
func XMP(file []byte) []byte { return get(file, xmp) }

func get(file []byte, w what) []byte {
	f, ok := formatOf(file)
	if !ok {
		return nil
	}
	if body := f.get(file, w); len(body) <= most {
		return body
	}
	return nil
}

// SetProfile returns the file, which must not be a PNG, with the ICC profile in it.
func SetProfile(file, profile []byte) ([]byte, error) { return put(file, icc, profile) }

// Insert returns the file with the recipe in it. Where the recipe names its network by
// a path, the name is left out: it says more of a person's machine than of the picture.
func Insert(file []byte, r engine.Recipe) ([]byte, error) { return put(file, xmp, packet(r, 0)) }

// InsertResult does so with the recipe of a result, and with its style factor.
func InsertResult(file []byte, res *engine.Result) ([]byte, error) {
	return put(file, xmp, packet(res.Recipe, float64(res.StyleFactor)))
}

// StyleFactor returns the style factor that InsertResult put into the file, or 0 if there is none.
func StyleFactor(file []byte) float64 {
	text, err := textIn(XMP(file), factor)
	if err != nil {
		return 0
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || !(v > 0) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

func put(file []byte, w what, body []byte) ([]byte, error) {
	f, ok := formatOf(file)
	if !ok {
		return nil, errMalformed
	}
	return f.put(file, w, body)
}

// Extract returns the recipe that Insert put into the file.
func Extract(f engine.File) (engine.Recipe, error) {
	if !Is(f.Data) {
		return engine.Recipe{}, engine.Errorf(engine.InvalidPicture, "%q cannot hold a recipe. Choose a PNG, JPEG, WebP or TIFF file that Trapped in Art made.", f.Name)
	}
	text, err := textIn(XMP(f.Data), element)
	switch {
	case err == io.EOF:
		return engine.Recipe{}, engine.Errorf(engine.InvalidRecipe, "There is no recipe in %q. Choose a picture that Trapped in Art made, as it was saved.", f.Name)
	case err != nil:
		return engine.Recipe{}, engine.Errorf(engine.InvalidRecipe, "The recipe in %q is damaged (%w). Choose the picture as it was first saved.", f.Name, err)
	}
	return engine.ParseRecipe(text)
}

// cut returns n bytes of b from offset at, or false if they are not all there.
func cut(b []byte, at, n uint64) ([]byte, bool) {
	if at > uint64(len(b)) || n > uint64(len(b))-at {
		return nil, false
	}
	return b[at : at+n], true
}

// inserted returns b with the parts between what is before at and what is after.
func inserted(b []byte, at int, parts ...[]byte) []byte {
	return bytes.Join([][]byte{b[:at], bytes.Join(parts, nil), b[at:]}, nil)
}
