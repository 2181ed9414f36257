//go:build pictures

// The program that reads pictures which the browser does not: it gives its worker
// (web/static/pictures.js) one function, and is fetched only when a picture needs it. It
// is built with the tag pictures, by which package pixel has its decoders here too.
package main

import (
	"context"
	"runtime/debug"
	"syscall/js"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

func main() {
	debug.SetMemoryLimit(1 << 30)
	js.Global().Set("readPicture", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return read(args[0].String(), args[1])
	}))
	select {}
}

// read returns width, height, pixels and notes of a file, or the error's code and sentence.
func read(name string, file js.Value) any {
	data := make([]byte, file.Length())
	js.CopyBytesToGo(data, file)
	notes := ""
	ctx := engine.WithNotes(context.Background(), func(note string) { notes = note })
	img, err := pixel.Decode(ctx, engine.File{Name: name, Data: data})
	if err != nil {
		e := engine.AsError(err)
		return map[string]any{"code": string(e.Code), "error": e.Message}
	}
	pixels := js.Global().Get("Uint8ClampedArray").New(len(img.Pix))
	js.CopyBytesToJS(pixels, img.Pix)
	return map[string]any{"width": img.Rect.Dx(), "height": img.Rect.Dy(), "pixels": pixels, "note": notes}
}
