package browser

import (
	"context"
	"fmt"
	"image"
	"syscall/js"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/internal/promise"
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
	decoding := global.Call("createImageBitmap", blob, map[string]any{"imageOrientation": "from-image"})
	bitmap, err := promise.Await(ctx, decoding)
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
	img, err := Pixels(bitmap)
	if err != nil {
		return nil, &engine.Error{
			Code:    engine.TooLarge,
			Message: fmt.Sprintf("This browser does not have enough memory for %q with its %d x %d pixels. Make it smaller first.", f.Name, w, h),
			Err:     err,
		}
	}
	label.NoteInvisible(ctx, f, img)
	return img, nil
}

// Pixels draws an ImageBitmap and reads its pixels. The browser may refuse the memory for
// that, with an exception.
func Pixels(bitmap js.Value) (img *image.NRGBA, err error) {
	w, h := bitmap.Get("width").Int(), bitmap.Get("height").Int()
	err = promise.Try(func() {
		canvas := js.Global().Get("OffscreenCanvas").New(w, h)
		pen := canvas.Call("getContext", "2d", map[string]any{"willReadFrequently": true, "colorSpace": "srgb"})
		pen.Call("drawImage", bitmap, 0, 0)
		pixels := pen.Call("getImageData", 0, 0, w, h).Get("data")
		img = image.NewNRGBA(image.Rect(0, 0, w, h))
		js.CopyBytesToGo(img.Pix, pixels)
	})
	return img, err
}

// bitmapOf returns an ImageBitmap of a picture.
func bitmapOf(img *image.NRGBA) (bitmap js.Value, err error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	err = promise.Try(func() {
		pixels := js.Global().Get("ImageData").New(w, h)
		js.CopyBytesToJS(pixels.Get("data"), img.Pix)
		canvas := js.Global().Get("OffscreenCanvas").New(w, h)
		canvas.Call("getContext", "2d").Call("putImageData", pixels, 0, 0)
		bitmap = canvas.Call("transferToImageBitmap")
	})
	return bitmap, err
}
