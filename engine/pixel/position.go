//go:build !js

package pixel

import (
	"bytes"
	"strings"

	"github.com/bep/imagemeta"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
)

// HasPosition says whether the file tells where the picture was taken, in EXIF or in
// XMP. Nothing of that goes further than this package.
func HasPosition(f engine.File) (found bool) {
	defer func() { _ = recover() }() // a broken block has no position
	if bytes.Contains(label.XMP(f.Data), []byte("GPSL")) {
		return true
	}
	var format imagemeta.ImageFormat
	data := f.Data
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		format = imagemeta.JPEG
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		format = imagemeta.PNG
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		format = imagemeta.TIFF
	case bytes.HasPrefix(data, []byte("RIFF")):
		format, data = imagemeta.TIFF, exifWebP(data)
	default:
		return false
	}
	_ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return strings.HasPrefix(t.Tag, "GPSL") }, // latitude, longitude
		HandleTag: func(imagemeta.TagInfo) error {
			found = true
			return imagemeta.ErrStopWalking
		},
	})
	return found
}
