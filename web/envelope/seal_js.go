package envelope

import (
	"syscall/js"

	"trappedinart/engine"
)

func encrypt(key Key, nonce, contents []byte) ([]byte, error) {
	encrypted, err := subtle("encrypt", key, nonce, contents)
	if err != nil {
		return nil, err
	}
	defer clear(contents)
	head := append([]byte(magic), nonce...)
	sealed := make([]byte, len(head)+encrypted.Length())
	copy(sealed, head)
	js.CopyBytesToGo(sealed[len(head):], encrypted)
	return sealed, nil
}

func decrypt(key Key, nonce, encrypted []byte) ([]byte, error) {
	decrypted, err := subtle("decrypt", key, nonce, encrypted)
	if err != nil {
		return nil, err
	}
	contents := make([]byte, decrypted.Length())
	js.CopyBytesToGo(contents, decrypted)
	return contents, nil
}

// subtle has WebCrypto encrypt or decrypt with AES-GCM, and returns a Uint8Array.
func subtle(operation string, key Key, nonce, data []byte) (js.Value, error) {
	crypto := js.Global().Get("crypto")
	if crypto.IsUndefined() || crypto.Get("subtle").IsUndefined() {
		return js.Value{}, engine.Errorf(engine.Unavailable, "This browser encrypts only on pages opened over https. Open the page that way, or save the picture as a file.")
	}
	calls := crypto.Get("subtle")
	imported, ok := await(calls.Call("importKey", "raw", bytesOf(key[:]), "AES-GCM", false, []any{operation}))
	if ok {
		var result js.Value
		result, ok = await(calls.Call(operation, map[string]any{
			"name": "AES-GCM", "iv": bytesOf(nonce), "additionalData": bytesOf([]byte(magic)), "tagLength": 8 * tagSize,
		}, imported, bytesOf(data)))
		if ok {
			return js.Global().Get("Uint8Array").New(result), nil
		}
	}
	if operation == "decrypt" {
		return js.Value{}, errKey()
	}
	return js.Value{}, engine.Errorf(engine.Unavailable, "The browser could not encrypt the picture. Share a smaller one, or save it as a file.")
}

// await returns what a promise is fulfilled with, or false if it is rejected.
func await(promise js.Value) (js.Value, bool) {
	type outcome struct {
		value js.Value
		ok    bool
	}
	done := make(chan outcome, 1)
	settle := func(ok bool) js.Func {
		return js.FuncOf(func(_ js.Value, args []js.Value) any {
			done <- outcome{args[0], ok}
			return nil
		})
	}
	fulfilled, rejected := settle(true), settle(false)
	defer fulfilled.Release()
	defer rejected.Release()
	promise.Call("then", fulfilled, rejected)
	o := <-done
	return o.value, o.ok
}

func bytesOf(data []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(array, data)
	return array
}
