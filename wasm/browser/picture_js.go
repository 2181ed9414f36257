package browser

import (
	"context"
	"fmt"
	"image"
	"syscall/js"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/wasm/protocol"
)

// Decode reads a picture file with the browser's own decoder: whatever it knows,
// upright, in sRGB.
func Decode(ctx context.Context, f engine.File) (*image.NRGBA, error) {
	switch {
	case len(f.Data) == 0:
		return nil, engine.Errorf(engine.InvalidPicture, "%q is empty. Choose a JPEG, PNG, WebP, GIF or BMP file.", f.Name)
	case len(f.Data) > protocol.MaxFile:
		return nil, engine.Errorf(engine.TooLarge, "%q is larger than %d MB. Choose a smaller file.", f.Name, protocol.MaxFile>>20)
	}
	global := js.Global()
	blob := global.Get("Blob").New([]any{Array(f.Data)})
	promise := global.Call("createImageBitmap", blob, map[string]any{"imageOrientation": "from-image"})
	bitmap, err := Await(ctx, promise)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &engine.Error{
			Code:    engine.InvalidPicture,
			Message: fmt.Sprintf("%q is not a picture that this browser can read. Use a JPEG, PNG, WebP, GIF or BMP file.", f.Name),
			Err:     err,
		}
	}
	defer bitmap.Call("close")
	w, h := bitmap.Get("width").Int(), bitmap.Get("height").Int()
	if w < 1 || h < 1 || w > protocol.MaxPixels/h {
		return nil, engine.Errorf(engine.TooLarge, "%q has %d x %d pixels, more than this program takes. Make it smaller first.", f.Name, w, h)
	}
	img, err := read(f.Name, bitmap, w, h)
	if err == nil {
		label.NoteInvisible(ctx, f, img)
	}
	return img, err
}

// read draws the bitmap and reads its pixels. The browser may refuse the memory for
// that, with an exception.
func read(name string, bitmap js.Value, w, h int) (img *image.NRGBA, err error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(js.Error)
			if !ok {
				panic(p)
			}
			img, err = nil, &engine.Error{
				Code:    engine.TooLarge,
				Message: fmt.Sprintf("This browser does not have enough memory for %q with its %d x %d pixels. Make it smaller first.", name, w, h),
				Err:     e,
			}
		}
	}()
	canvas := js.Global().Get("OffscreenCanvas").New(w, h)
	pen := canvas.Call("getContext", "2d", map[string]any{"willReadFrequently": true, "colorSpace": "srgb"})
	pen.Call("drawImage", bitmap, 0, 0)
	pixels := pen.Call("getImageData", 0, 0, w, h).Get("data")
	img = image.NewNRGBA(image.Rect(0, 0, w, h))
	js.CopyBytesToGo(img.Pix, pixels)
	return img, nil
}
