//go:build !js

package envelope

import (
	"crypto/aes"
	"crypto/cipher"
)

func encrypt(key Key, nonce, contents []byte) ([]byte, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	sealed := make([]byte, 0, Overhead+len(contents))
	sealed = append(append(sealed, magic...), nonce...)
	return gcm.Seal(sealed, nonce, contents, []byte(magic)), nil
}

func decrypt(key Key, head string, nonce, encrypted []byte) ([]byte, error) {
	gcm, err := newGCM(key)
	if err != nil {
		return nil, err
	}
	contents, err := gcm.Open(nil, nonce, encrypted, []byte(head))
	if err != nil {
		return nil, errKey()
	}
	return contents, nil
}

func newGCM(key Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
