package share

import (
	"context"
	"syscall/js"

	"trappedinart/engine"
	"trappedinart/wasm/browser"
)

// Seal returns the contents in an envelope, and the key that opens it and that nobody
// else has.
func Seal(ctx context.Context, c Contents) ([]byte, Key, error) {
	crypto, err := webCrypto()
	if err != nil {
		return nil, Key{}, err
	}
	data, err := pack(c)
	if err != nil {
		return nil, Key{}, err
	}
	random := js.Global().Get("Uint8Array").New(len(Key{}) + nonceLen)
	crypto.Call("getRandomValues", random)
	var key Key
	js.CopyBytesToGo(key[:], random)
	js.CopyBytesToGo(data[header:header+nonceLen], random.Call("subarray", len(key)))
	sealed, err := apply(ctx, crypto, "encrypt", key, data[:header+nonceLen], data[header+nonceLen:])
	if err != nil {
		return nil, Key{}, err
	}
	return append(data[:header+nonceLen], sealed...), key, nil
}

// Open returns what is in an envelope, which is left as it is.
func Open(ctx context.Context, sealed []byte, key Key) (Contents, error) {
	crypto, err := webCrypto()
	if err != nil {
		return Contents{}, err
	}
	if err := Check(sealed); err != nil {
		return Contents{}, err
	}
	plain, err := apply(ctx, crypto, "decrypt", key, sealed[:header+nonceLen], sealed[header+nonceLen:])
	if err != nil {
		if ctx.Err() != nil {
			return Contents{}, ctx.Err()
		}
		return Contents{}, errEnvelope()
	}
	return unpack(plain)
}

// webCrypto is what browsers have on pages that came over a safe line, or from localhost.
func webCrypto() (js.Value, error) {
	crypto := js.Global().Get("crypto")
	if !crypto.Truthy() || !crypto.Get("subtle").Truthy() {
		return js.Value{}, engine.Errorf(engine.Unavailable, "Sharing needs a page that came over https: this browser encrypts nothing on others.")
	}
	return crypto, nil
}

// apply encrypts or decrypts, with the head of the envelope: header and nonce.
func apply(ctx context.Context, crypto js.Value, what string, key Key, head, data []byte) ([]byte, error) {
	subtle := crypto.Get("subtle")
	imported, err := browser.Await(ctx, subtle.Call("importKey", "raw", browser.Array(key[:]), "AES-GCM", false, js.ValueOf([]any{what})))
	if err != nil {
		return nil, err
	}
	buffer, err := browser.Await(ctx, subtle.Call(what, map[string]any{
		"name": "AES-GCM", "iv": browser.Array(head[header:]), "additionalData": browser.Array(head[:header]), "tagLength": 8 * tagLen,
	}, imported, browser.Array(data)))
	if err != nil {
		return nil, err
	}
	return browser.Bytes(buffer), nil
}
