package browser

import (
	"fmt"
	"syscall/js"

	"trappedinart/wasm/protocol"
)

// Post sends a message to target, a Worker or a worker's global scope. Its buffers
// are transferred, not cloned.
func Post(target js.Value, m protocol.Message) error {
	head, buffers, err := protocol.Encode(m)
	if err != nil {
		return err
	}
	arrays, transfer := make([]any, len(buffers)), make([]any, len(buffers))
	for i, b := range buffers {
		array := Array(b)
		arrays[i], transfer[i] = array, array.Get("buffer")
	}
	target.Call("postMessage", map[string]any{"head": string(head), "buffers": arrays}, transfer)
	return nil
}

// Receive reads what Post sent from a message event's data. The lengths are checked
// before anything is copied.
func Receive(data js.Value) (protocol.Message, error) {
	if data.Type() != js.TypeObject {
		return nil, fmt.Errorf("browser: a message that is no object")
	}
	head, list := data.Get("head"), data.Get("buffers")
	if head.Type() != js.TypeString || !js.Global().Get("Array").Call("isArray", list).Bool() {
		return nil, fmt.Errorf("browser: a message without head or buffers")
	}
	text := head.String()
	if len(text) > protocol.MaxHeader {
		return nil, fmt.Errorf("browser: a message with a head of %d bytes", len(text))
	}
	n := list.Length()
	if n > protocol.MaxBuffers {
		return nil, fmt.Errorf("browser: a message with %d buffers", n)
	}
	buffers := make([][]byte, n)
	for i := range buffers {
		array := list.Index(i)
		if !array.InstanceOf(js.Global().Get("Uint8Array")) || array.Length() > 4*protocol.MaxPixels {
			return nil, fmt.Errorf("browser: a message whose buffer %d is no array of bytes, or too long", i)
		}
		buffers[i] = make([]byte, array.Length())
		js.CopyBytesToGo(buffers[i], array)
	}
	return protocol.Decode([]byte(text), buffers)
}
