//go:build !js || pictures

package pixel

import (
	"bytes"
	"image"
	"io"

	"github.com/bep/imagemeta"
	"golang.org/x/image/riff"
)

// orientation returns the EXIF orientation, 1 to 8, that imagemeta finds; 1 where
// there is none, or where the block is broken before it says one: a picture is not
// refused for what is written beside it.
func orientation(data []byte, format imagemeta.ImageFormat) int {
	found := 1
	isOrientation := func(t imagemeta.TagInfo) bool { return t.Namespace == "IFD0" && t.Tag == "Orientation" }
	// The error is dropped on purpose: found says all there is.
	_ = imagemeta.Decode(imagemeta.Options{
		R:               bytes.NewReader(data),
		ImageFormat:     format,
		Sources:         imagemeta.EXIF,
		ShouldHandleTag: isOrientation,
		HandleTag: func(t imagemeta.TagInfo) error {
			if v, ok := t.Value.(uint16); ok && v >= 1 && v <= 8 {
				found = int(v)
			}
			return imagemeta.ErrStopWalking
		},
	})
	return found
}

func orientationJPEG(data []byte) int { return orientation(data, imagemeta.JPEG) }

func orientationPNG(data []byte) int { return orientation(data, imagemeta.PNG) }

func orientationWebP(data []byte) int { return orientation(exifWebP(data), imagemeta.TIFF) }

// exifWebP finds the EXIF chunk itself, because imagemeta 0.12 loses its way after a
// chunk of odd length. The chunk holds what a TIFF file does; some writers put a
// JPEG's "Exif" marker before it.
func exifWebP(data []byte) []byte {
	_, chunks, err := riff.NewReader(bytes.NewReader(data))
	for err == nil {
		var (
			id   riff.FourCC
			body io.Reader
		)
		if id, _, body, err = chunks.Next(); err == nil && id == (riff.FourCC{'E', 'X', 'I', 'F'}) {
			block, _ := io.ReadAll(body)
			return bytes.TrimPrefix(block, []byte("Exif\x00\x00"))
		}
	}
	return nil
}

// upright turns and mirrors the picture as EXIF orientation o asks (CIPA DC-008,
// tag 0x0112): 2 to 4 mirror columns, both, rows; 5 to 8 exchange rows and columns
// and mirror neither, rows, both, columns.
func upright(img *image.NRGBA, o int) *image.NRGBA {
	if o < 2 || o > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	first, right, down := 0, 4, img.Stride // from pixel to pixel of the source
	if o == 2 || o == 3 || o == 7 || o == 8 {
		first, right = first+(w-1)*4, -right
	}
	if o == 3 || o == 4 || o == 6 || o == 7 {
		first, down = first+(h-1)*img.Stride, -down
	}
	if o >= 5 {
		w, h, right, down = h, w, down, right
	}
	turned := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		row := turned.Pix[y*turned.Stride:][:4*w]
		for x := range w {
			copy(row[4*x:][:4], img.Pix[first+y*down+x*right:])
		}
	}
	return turned
}
