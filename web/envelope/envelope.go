// Package envelope is what a share holds, and how it is sealed so that only who has the
// link can open it. The page seals and opens; a server sees nothing but the sealed bytes:
//
//	magic "TIAS", version 2              5 bytes, in the clear and authenticated
//	nonce                               12 bytes, new each time
//	AES-256-GCM of the contents          as long as they are
//	tag                                 16 bytes
//
// The contents are four parts, each a length (4 bytes, big endian) and so many bytes:
// title, recipe in JSON, picture, picture before. The last is empty where there is none.
// Zeros follow, until the whole has the next of few sizes (padded). Version 1, which is
// opened too, has no zeros, and so told the size of the pictures to the byte.
//
// The key is new for each envelope, and stands in the link's fragment, which browsers do
// not send. Package envelope also makes the links that hold a recipe alone.
package envelope

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"

	"trappedinart/engine"
)

// Limits, in bytes. A server may take less than MaxSealed.
const (
	MaxTitle  = 1 << 10
	MaxRecipe = 64 << 10
	MaxSealed = 64 << 20

	// Overhead is by how much a sealed envelope is longer than its contents with their zeros.
	Overhead = len(magic) + nonceSize + tagSize

	nonceSize, tagSize = 12, 16
	parts              = 4
)

// The beginnings of sealed envelopes, with the version at the end: of those that are sealed now,
// and of those from before the contents were padded.
const (
	magic    = "TIAS\x02"
	magicOld = "TIAS\x01"
)

// An Envelope is the contents of a share.
type Envelope struct {
	Title   string // one line of plain text, of MaxTitle bytes at most
	Recipe  []byte // engine.Recipe in JSON, or nothing
	Picture []byte // a picture file that PictureType knows
	Before  []byte // the photograph, such a file; or nothing
}

// IsSealed says whether a file begins like an envelope that this version can open. Of
// one that is shorter than Overhead it says no.
func IsSealed(head []byte) bool {
	return len(head) >= Overhead && (string(head[:len(magic)]) == magic || string(head[:len(magic)]) == magicOld)
}

// PictureType returns the media type of a picture file that a share can hold: PNG, JPEG or
// WebP. Of all else, such as a page of HTML that somebody would have others open, it
// returns "".
func PictureType(file []byte) string {
	switch {
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case len(file) > 12 && string(file[:4]) == "RIFF" && string(file[8:12]) == "WEBP":
		return "image/webp"
	}
	return ""
}

// isLine says that a text has no line breaks, and nothing that turns the direction of
// writing, by which a title could look like words of the page.
func isLine(text string) bool {
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			return false
		}
	}
	return utf8.ValidString(text)
}

// check says what about an envelope's contents cannot be.
func (e *Envelope) check() error {
	switch {
	case len(e.Title) > MaxTitle || !isLine(e.Title):
		return engine.Errorf(engine.InvalidRequest, "A title is one line of at most %d bytes. Choose another.", MaxTitle)
	case len(e.Recipe) > MaxRecipe:
		return engine.Errorf(engine.InvalidRecipe, "The recipe has more than %d KiB.", MaxRecipe>>10)
	case len(e.Picture) == 0:
		return engine.Errorf(engine.MissingPicture, "There is no picture to share.")
	case PictureType(e.Picture) == "" || len(e.Before) > 0 && PictureType(e.Before) == "":
		return engine.Errorf(engine.InvalidPicture, "Pictures are shared as PNG, JPEG or WebP. Save this one as one of them.")
	case e.SealedSize() > MaxSealed:
		return engine.Errorf(engine.TooLarge, "The pictures have more than %d MiB together. Share the painting alone, or a smaller one.", MaxSealed>>20)
	}
	return nil
}

// size is how long the contents are without zeros.
func (e *Envelope) size() int {
	return 4*parts + len(e.Title) + len(e.Recipe) + len(e.Picture) + len(e.Before)
}

// SealedSize is how many bytes the envelope has once it is sealed: its keeper learns no more of
// the contents.
func (e *Envelope) SealedSize() int { return padded(Overhead + e.size()) }

// padded is the size to which n bytes are brought: the next number whose binary digits, but
// for the first few, are zeros. The first are one and as many as it takes to write the
// number of all of them. So there are 32 sizes between one power of two and the next from
// 64 KiB to 4 GiB, and 16 below, for at most 3 and 6 per cent more bytes. This is Padmé, of
// Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with
// PURBs" (PoPETs 2019, arXiv 1806.03160), section 4.
func padded(n int) int {
	exponent := bits.Len(uint(n)) - 1
	zeros := max(exponent-bits.Len(uint(exponent)), 0)
	step := 1 << zeros
	return (n + step - 1) &^ (step - 1)
}

// encode returns the contents and their zeros, with room for the tag after them.
func (e *Envelope) encode() []byte {
	size := e.SealedSize() - Overhead
	data := make([]byte, 0, size+tagSize)
	for _, part := range [parts][]byte{[]byte(e.Title), e.Recipe, e.Picture, e.Before} {
		data = binary.BigEndian.AppendUint32(data, uint32(len(part)))
		data = append(data, part...)
	}
	return data[:size] // what make has cleared
}

// decode reads contents, of which the parts stay slices. The zeros of encode must follow them, in
// old envelopes nothing.
func decode(data []byte, old bool) (*Envelope, error) {
	whole := len(data)
	var all [parts][]byte
	for i := range all {
		if len(data) < 4 {
			return nil, errBroken()
		}
		size := binary.BigEndian.Uint32(data)
		data = data[4:]
		if uint64(size) > uint64(len(data)) {
			return nil, errBroken()
		}
		all[i], data = data[:size:size], data[size:]
	}
	e := &Envelope{strings.ToValidUTF8(string(all[0][:min(len(all[0]), MaxTitle+1)]), "?"), all[1], all[2], all[3]}
	want := e.size()
	if !old {
		want = e.SealedSize() - Overhead
	}
	if whole != want || len(bytes.TrimLeft(data, "\x00")) > 0 || e.check() != nil || !bytes.Equal(all[0], []byte(e.Title)) {
		return nil, errBroken()
	}
	return e, nil
}

func errBroken() error {
	return engine.Errorf(engine.InvalidRequest, "This share is damaged or was made by another program. Ask for the link again.")
}

// Seal encrypts an envelope with a key that is new. In a browser it waits for WebCrypto,
// and so must not be called where the browser waits for us.
func Seal(e Envelope) ([]byte, Key, error) {
	if err := e.check(); err != nil {
		return nil, Key{}, err
	}
	key, nonce := newKey(), newNonce()
	sealed, err := encrypt(key, nonce, e.encode())
	return sealed, key, err
}

// Open decrypts a sealed envelope. Its parts share memory.
func Open(sealed []byte, key Key) (*Envelope, error) {
	switch {
	case len(sealed) > MaxSealed:
		return nil, engine.Errorf(engine.TooLarge, "This share has more than %d MiB.", MaxSealed>>20)
	case len(sealed) >= len(magic) && string(sealed[:len(magic)-1]) == magic[:len(magic)-1] && sealed[len(magic)-1] > magic[len(magic)-1]:
		return nil, engine.Errorf(engine.InvalidRequest, "This share was made by a newer version of this program. Reload the page.")
	case !IsSealed(sealed):
		return nil, errBroken()
	}
	head := string(sealed[:len(magic)])
	contents, err := decrypt(key, head, sealed[len(magic):len(magic)+nonceSize], sealed[len(magic)+nonceSize:])
	if err != nil {
		return nil, err
	}
	return decode(contents, head == magicOld)
}

// errKey is the error of an envelope that cannot be decrypted.
func errKey() error {
	return engine.Errorf(engine.Unauthorized, "The link's key does not open this share. Copy the whole link, to its last letter.")
}
