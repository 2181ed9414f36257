package dom

import (
	"image"
	"math"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// small is the longer side of the copies that are shown as thumbnails.
const small = 320

// Encode returns a Blob with the bitmap at that size.
func Encode(bitmap app.Value, w, h int, kind string, quality float64) (app.Value, error) {
	var promise app.Value
	err := Try(func() {
		canvas := app.Window().Get("OffscreenCanvas").New(w, h)
		pen := canvas.Call("getContext", "2d")
		pen.Set("imageSmoothingQuality", "high")
		pen.Call("drawImage", bitmap, 0, 0, w, h)
		promise = canvas.Call("convertToBlob", map[string]any{"type": kind, "quality": quality})
	})
	if err != nil {
		return nil, err
	}
	return Await(promise)
}

// Thumbnail returns a Blob with a small copy.
func Thumbnail(bitmap app.Value, w, h int) (app.Value, error) {
	w, h = Fit(w, h, min(small, max(w, h)))
	return Encode(bitmap, w, h, "image/jpeg", 0.85)
}

// Pixels returns a copy of that size of a picture that was read already.
func Pixels(blob app.Value, w, h int) (*image.NRGBA, error) {
	bitmap, err := Await(app.Window().Call("createImageBitmap", blob, map[string]any{
		"imageOrientation": "from-image", "resizeWidth": w, "resizeHeight": h, "resizeQuality": "high",
	}))
	if err != nil {
		return nil, err
	}
	defer bitmap.Call("close")
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	err = Try(func() {
		canvas := app.Window().Get("OffscreenCanvas").New(w, h)
		pen := canvas.Call("getContext", "2d", map[string]any{"willReadFrequently": true, "colorSpace": "srgb"})
		pen.Call("drawImage", bitmap, 0, 0)
		app.CopyBytesToGo(img.Pix, pen.Call("getImageData", 0, 0, w, h).Get("data"))
	})
	return img, err
}

// Fit is pixel.Fit, without the resampling that the page would load along with it.
func Fit(w, h, longer int) (int, int) {
	scale := float64(longer) / float64(max(w, h))
	return max(1, int(math.Round(float64(w)*scale))), max(1, int(math.Round(float64(h)*scale)))
}

// Offscreen returns a canvas of the picture's own size.
func Offscreen(img *image.NRGBA) app.Value {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	bytes := app.Window().Get("Uint8ClampedArray").New(len(img.Pix))
	app.CopyBytesToJS(bytes, img.Pix)
	canvas := app.Window().Get("OffscreenCanvas").New(w, h)
	canvas.Call("getContext", "2d").Call("putImageData", app.Window().Get("ImageData").New(bytes, w, h), 0, 0)
	return canvas
}

// Save hands a file to the browser, which puts it where files go.
func Save(file []byte, kind, name string) {
	url := ObjectURL(BlobOf(file, kind))
	link := app.Window().Get("document").Call("createElement", "a")
	link.Set("href", url)
	link.Set("download", name)
	link.Call("click")
	RevokeURL(url)
}
