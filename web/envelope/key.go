package envelope

import (
	"crypto/rand"
	"encoding/base64"
	"strings"

	"trappedinart/engine"
)

// A Key opens one envelope.
type Key [32]byte

// String returns the key as it stands in a link's fragment: base64url, 43 letters.
func (k Key) String() string { return base64.RawURLEncoding.EncodeToString(k[:]) }

// ParseKey reads a link's fragment, with the # or without.
func ParseKey(fragment string) (Key, error) {
	var k Key
	text := strings.TrimPrefix(fragment, "#")
	if len(text) == base64.RawURLEncoding.EncodedLen(len(k)) {
		if data, err := base64.RawURLEncoding.Strict().DecodeString(text); err == nil && len(data) == len(k) {
			copy(k[:], data)
			return k, nil
		}
	}
	return k, engine.Errorf(engine.Unauthorized, "The link lacks its key, or a part of it. Copy the whole link, to its last letter.")
}

func newKey() (k Key) {
	rand.Read(k[:]) // which does not fail
	return k
}

func newNonce() []byte {
	nonce := make([]byte, nonceSize)
	rand.Read(nonce)
	return nonce
}
