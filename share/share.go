// Package share is what people give each other: a picture with its recipe in an encrypted
// envelope, which a server keeps without being able to read it, and a recipe alone in a
// link that needs no server.
//
// An envelope is
//
//	8 bytes   "trapped" and the version, 1
//	12 bytes  nonce
//	n bytes   AES-256-GCM of the contents, whose additional data are the first 8 bytes
//	16 bytes  the tag of that
//
// and its contents are parts in this order, each at most once:
//
//	1 byte    what it is: 1 title, 2 recipe, 3 picture, 4 picture before
//	4 bytes   its length, little-endian
//	n bytes
//
// Seal makes a fresh key and nonce for each envelope. In a browser both are WebCrypto's,
// elsewhere the standard library's; the envelopes are the same.
package share

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"unicode"
	"unicode/utf8"

	"trappedinart/engine"
)

// Bounds of an envelope, whatever a server takes.
const (
	MaxSealed = 64 << 20 // bytes of an envelope
	MaxTitle  = 200      // bytes
	MaxRecipe = 64 << 10 // bytes
)

// The beginning of an envelope.
const (
	magic    = "trapped"
	version  = 1
	header   = len(magic) + 1
	nonceLen = 12
	tagLen   = 16

	// overhead is how much longer an envelope is than its contents.
	overhead = header + nonceLen + tagLen
)

// Parts of the contents.
const (
	partTitle = iota + 1
	partRecipe
	partPicture
	partBefore
)

// Contents are what is in an envelope.
type Contents struct {
	Title   string // one line, or ""
	Recipe  []byte // JSON, which engine.ParseRecipe reads
	Picture []byte // a PNG, JPEG or WebP file
	Before  []byte // the same of the photograph, or nil
}

// A Key opens one envelope.
type Key [32]byte

// String returns the key as it stands in a link's fragment: 43 letters of base64url.
func (k Key) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

// ParseKey reads what String gives.
func ParseKey(text string) (Key, error) {
	var k Key
	if len(text) != base64.RawURLEncoding.EncodedLen(len(k)) {
		return k, errKey()
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(k[:], []byte(text)); err != nil {
		return k, errKey()
	}
	return k, nil
}

func errKey() error {
	return engine.Errorf(engine.InvalidRequest, "The link is not complete: its key, all that comes after #, is cut off or changed.")
}

// errEnvelope does not say whether it was the key or the envelope: nobody can know.
func errEnvelope() error {
	return engine.Errorf(engine.InvalidRequest, "The shared picture cannot be opened: the link's key is of another, or the picture was changed on its way.")
}

// MediaType returns the type of a picture file that envelopes take, and "" of any other.
func MediaType(picture []byte) string {
	switch {
	case bytes.HasPrefix(picture, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(picture, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case len(picture) > 12 && string(picture[:4]) == "RIFF" && string(picture[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// Check says whether data begins as an envelope does and has a possible length. More
// cannot be seen without its key.
func Check(data []byte) error {
	switch {
	case len(data) > MaxSealed:
		return engine.Errorf(engine.TooLarge, "A shared picture has at most %d MiB.", MaxSealed>>20)
	case len(data) < overhead || string(data[:len(magic)]) != magic:
		return engine.Errorf(engine.InvalidRequest, "This is no envelope of a shared picture.")
	case data[len(magic)] != version:
		return engine.Errorf(engine.InvalidRequest, "The envelope has version %d, and this program reads version %d; load the page again.", data[len(magic)], version)
	}
	return nil
}

// pack writes the contents, with room for the header and nonce before and for the tag
// after them, and writes the header.
func pack(c Contents) ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	parts := [][]byte{partTitle: []byte(c.Title), partRecipe: c.Recipe, partPicture: c.Picture, partBefore: c.Before}
	size := overhead
	for _, p := range parts {
		if len(p) > 0 {
			size += 5 + len(p)
		}
	}
	if size > MaxSealed {
		return nil, engine.Errorf(engine.TooLarge, "The pictures have %d MiB together, and at most %d can be shared; share a smaller one.", size>>20, MaxSealed>>20)
	}
	data := append(make([]byte, 0, size), magic...)
	data = append(data, version)
	data = append(data, make([]byte, nonceLen)...)
	for kind, p := range parts {
		if len(p) > 0 {
			data = append(data, byte(kind))
			data = binary.LittleEndian.AppendUint32(data, uint32(len(p)))
			data = append(data, p...)
		}
	}
	return data, nil
}

// unpack reads the contents, which remain in data.
func unpack(data []byte) (Contents, error) {
	var parts [partBefore + 1][]byte
	for last := byte(0); len(data) > 0; {
		if len(data) < 5 {
			return Contents{}, errEnvelope()
		}
		kind, size := data[0], binary.LittleEndian.Uint32(data[1:])
		data = data[5:]
		if kind <= last || kind > partBefore || size == 0 || uint64(size) > uint64(len(data)) {
			return Contents{}, errEnvelope()
		}
		parts[kind], data, last = data[:size:size], data[size:], kind
	}
	if len(parts[partTitle]) > MaxTitle {
		return Contents{}, errEnvelope()
	}
	c := Contents{Title: string(parts[partTitle]), Recipe: parts[partRecipe], Picture: parts[partPicture], Before: parts[partBefore]}
	return c, c.check()
}

// check holds for what is sealed and for what is opened, which anybody can have made.
func (c *Contents) check() error {
	switch {
	case len(c.Title) > MaxTitle || !utf8.ValidString(c.Title) || !printable(c.Title):
		return engine.Errorf(engine.InvalidRequest, "A title is one line of at most %d bytes.", MaxTitle)
	case len(c.Recipe) == 0 || len(c.Recipe) > MaxRecipe:
		return engine.Errorf(engine.InvalidRecipe, "A shared picture has a recipe of at most %d KiB.", MaxRecipe>>10)
	case MediaType(c.Picture) == "" || len(c.Before) > 0 && MediaType(c.Before) == "":
		return engine.Errorf(engine.InvalidPicture, "Pictures are shared as PNG, JPEG or WebP files.")
	}
	return nil
}

// printable says that a text has no line breaks and nothing that turns its direction,
// which would let a title look like a part of the page.
func printable(text string) bool {
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return true
}
