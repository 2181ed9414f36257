package browser

import "syscall/js"

// Bytes returns a copy of the bytes of an ArrayBuffer.
func Bytes(buffer js.Value) []byte {
	view := js.Global().Get("Uint8Array").New(buffer)
	data := make([]byte, view.Length())
	js.CopyBytesToGo(data, view)
	return data
}

// Array returns a new Uint8Array with a copy of data.
func Array(data []byte) js.Value {
	array := js.Global().Get("Uint8Array").New(len(data))
	js.CopyBytesToJS(array, data)
	return array
}
