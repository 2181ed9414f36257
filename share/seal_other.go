//go:build !js

package share

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
)

// Seal returns the contents in an envelope, and the key that opens it and that nobody
// else has.
func Seal(_ context.Context, c Contents) ([]byte, Key, error) {
	data, err := pack(c)
	if err != nil {
		return nil, Key{}, err
	}
	var key Key
	rand.Read(key[:])
	nonce := data[header : header+nonceLen]
	rand.Read(nonce)
	// The ciphertext takes the place of the contents, after which pack left room for the tag.
	return gcm(key).Seal(data[:header+nonceLen], nonce, data[header+nonceLen:], data[:header]), key, nil
}

// Open returns what is in an envelope, which is left as it is.
func Open(_ context.Context, sealed []byte, key Key) (Contents, error) {
	if err := Check(sealed); err != nil {
		return Contents{}, err
	}
	plain, err := gcm(key).Open(nil, sealed[header:header+nonceLen], sealed[header+nonceLen:], sealed[:header])
	if err != nil {
		return Contents{}, errEnvelope()
	}
	return unpack(plain)
}

func gcm(key Key) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic("share: a key of 32 bytes is refused")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("share: a block of 16 bytes is refused")
	}
	return aead
}
