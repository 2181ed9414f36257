package browser

import (
	"fmt"
	"syscall/js"

	"trappedinart/wasm/protocol"
)

// Post sends a message to target, a Worker or a worker's global scope, as an object {head,
// parts}: the header's text, and the parts by their names as Uint8Arrays, which are
// transferred and not cloned. Previews are ImageBitmaps beside them, {preview}, which whoever
// takes them only has to draw; where the browser makes none they are pixels among the parts.
func Post(target js.Value, m protocol.Message) error {
	message, transfer := map[string]any{}, []any{}
	if p, ok := m.(protocol.Progress); ok && p.Preview != nil && p.Preview.Stride == 4*p.Preview.Rect.Dx() {
		if bitmap, err := bitmapOf(p.Preview); err == nil {
			message["preview"], transfer, p.Preview = bitmap, append(transfer, bitmap), nil
			m = p
		}
	}
	head, parts, err := protocol.Encode(m)
	if err != nil {
		return err
	}
	arrays := map[string]any{}
	for name, data := range parts {
		array := Array(data)
		arrays[name] = array
		transfer = append(transfer, array.Get("buffer"))
	}
	message["head"], message["parts"] = string(head), arrays
	target.Call("postMessage", message, transfer)
	return nil
}

// Receive reads what Post sent from a message event's data. The lengths are checked
// before anything is copied.
func Receive(data js.Value) (protocol.Message, error) {
	if data.Type() != js.TypeObject {
		return nil, fmt.Errorf("browser: a message that is no object")
	}
	head, named := data.Get("head"), data.Get("parts")
	if head.Type() != js.TypeString || named.Type() != js.TypeObject {
		return nil, fmt.Errorf("browser: a message without head or parts")
	}
	text := head.String()
	if len(text) > protocol.MaxHeader {
		return nil, fmt.Errorf("browser: a message with a head of %d bytes", len(text))
	}
	names := js.Global().Get("Object").Call("keys", named)
	if n := names.Length(); n > protocol.MaxParts {
		return nil, fmt.Errorf("browser: a message with %d parts", n)
	}
	parts := make(map[string][]byte, names.Length())
	for i := range names.Length() {
		name := names.Index(i).String()
		array := named.Get(name)
		if !array.InstanceOf(js.Global().Get("Uint8Array")) || array.Length() > 4*protocol.MaxPixels {
			return nil, fmt.Errorf("browser: a message whose part %.40q is no array of bytes, or too long", name)
		}
		parts[name] = make([]byte, array.Length())
		js.CopyBytesToGo(parts[name], array)
	}
	return protocol.Decode([]byte(text), parts)
}
