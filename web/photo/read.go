// Package photo makes pictures of files, and files of pictures, by the browser; and has the frame
// that large ones are looked at in.
package photo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/wasm/protocol"
	"trappedinart/web/desk"
	"trappedinart/web/dom"
	"trappedinart/web/mask"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Full is an address by which the page shows all of the picture.
func Full(p *desk.Picture) string {
	if p.Large == "" {
		p.Large = dom.ObjectURL(Blob(p))
	}
	return p.Large
}

// Forget gives back what the picture holds of the browser.
func Forget(p *desk.Picture) {
	if p != nil {
		dom.RevokeURL(p.URL)
		dom.RevokeURL(p.Large)
	}
}

// Blob is the picture's own, or a copy of its file if there is none.
func Blob(p *desk.Picture) app.Value {
	if blob, ok := p.Blob.(app.Value); ok {
		return blob
	}
	return dom.BlobOf(p.File.Data, "image/png")
}

// Read finds out whether a Blob is a picture that the browser can decode, whatever
// its format, and what the engine is given of it.
func Read(name string, blob app.Value) (*desk.Picture, error) {
	if n := blob.Get("size").Float(); n > protocol.MaxFile {
		return nil, engine.Errorf(engine.TooLarge, "%q is larger than %d MB. Choose a smaller file.", name, protocol.MaxFile>>20)
	}
	upright := map[string]any{"imageOrientation": "from-image"}
	bitmap, err := dom.Await(app.Window().Call("createImageBitmap", blob, upright))
	note, seen := "", err == nil // by the browser
	if !seen {
		if bitmap, note, err = readElsewhere(name, blob); errors.As(err, new(*engine.Error)) {
			return nil, err
		}
		if err != nil {
			return nil, &engine.Error{Code: engine.InvalidPicture, Message: fmt.Sprintf("%q is not a picture that this browser can read. Use a JPEG, PNG, WebP, GIF or BMP file.", name), Err: err}
		}
	}
	defer bitmap.Call("close")
	p := &desk.Picture{ID: NewID(), W: bitmap.Get("width").Int(), H: bitmap.Get("height").Int(), Blob: blob, Note: note}
	if p.W > protocol.MaxPixels/p.H {
		return nil, engine.Errorf(engine.TooLarge, "%q has %d × %d pixels; this page takes up to %d million. Make it smaller first.", name, p.W, p.H, protocol.MaxPixels>>20)
	}
	p.File = engine.File{Name: name}
	if p.File.Data, err = dom.BytesOf(blob); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	// Files that the engine reads stay as they are: a server reads them too.
	if kind, read := label.Kind(p.File.Data); !read || !seen || kind == "JPEG" && !label.PlainJPEG(p.File.Data) {
		if err := convert(p, bitmap); err != nil {
			return nil, &engine.Error{Code: engine.TooLarge, Message: fmt.Sprintf("%q has %d × %d pixels; this page takes up to %d million. Make it smaller first.", name, p.W, p.H, protocol.MaxPixels>>20), Err: err}
		}
	}
	thumb, err := dom.Thumbnail(bitmap, p.W, p.H)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.URL = dom.ObjectURL(thumb)
	return p, nil
}

// convert makes an AVIF, or in Safari a HEIC, a PNG, or if it is large a JPEG.
func convert(p *desk.Picture, bitmap app.Value) error {
	kind, suffix := "image/png", ".png"
	if p.W*p.H > 4<<20 {
		kind, suffix = "image/jpeg", ".jpg"
	}
	blob, err := dom.Encode(bitmap, p.W, p.H, kind, 0.95)
	if err != nil {
		return err
	}
	p.Blob = blob
	p.File.Name = Stem(p.File.Name) + suffix
	p.File.Data, err = dom.BytesOf(blob)
	return err
}

// Stem is a file's name without what says its format.
func Stem(name string) string {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		return name[:dot]
	}
	return name
}

// NewID is a name that no other thing in the store has.
func NewID() string { return strconv.FormatUint(rand.Uint64(), 36) }

// Resized returns the picture as a JPEG of that size, with nothing of what a camera wrote
// into the file.
func Resized(p *desk.Picture, w, h int) ([]byte, error) {
	bitmap, err := dom.Await(app.Window().Call("createImageBitmap", Blob(p), map[string]any{"imageOrientation": "from-image"}))
	if err != nil {
		return nil, err
	}
	defer bitmap.Call("close")
	blob, err := dom.Encode(bitmap, w, h, "image/jpeg", 0.9)
	if err != nil {
		return nil, err
	}
	return dom.BytesOf(blob)
}

// Whiteness returns the values of a mask of that size from a picture that was read already. It
// waits for the browser.
func Whiteness(blob app.Value, w, h int) ([]uint8, error) {
	img, err := dom.Pixels(blob, w, h)
	if err != nil {
		return nil, err
	}
	return mask.Whiteness(img.Pix), nil
}
