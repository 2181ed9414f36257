//go:build !js

package pixel_test

import (
	"bytes"
	"encoding/binary"
	"testing"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// exifGPS is a TIFF structure with the name of a camera's owner, and where they were.
func exifGPS() []byte {
	const owner = "Ann Owner of the camera\x00"
	order := binary.BigEndian
	b := []byte("MM\x00\x2a\x00\x00\x00\x08")
	entry := func(tag, kind uint16, count, value uint32) {
		b = order.AppendUint16(order.AppendUint16(b, tag), kind)
		b = order.AppendUint32(order.AppendUint32(b, count), value)
	}
	const artist, gps, ascii, long, rational = 0x013b, 0x8825, 2, 4, 5
	const gpsAt = 8 + 2 + 2*12 + 4
	const behind = gpsAt + 2 + 2*12 + 4
	b = order.AppendUint16(b, 2)
	entry(artist, ascii, uint32(len(owner)), behind)
	entry(gps, long, 1, gpsAt)
	b = order.AppendUint32(b, 0)
	b = order.AppendUint16(b, 2)
	entry(1, ascii, 2, 'N'<<24)                      // GPSLatitudeRef
	entry(2, rational, 3, uint32(behind+len(owner))) // GPSLatitude
	b = order.AppendUint32(b, 0)
	b = append(b, owner...)
	for _, v := range []uint32{48, 1, 31, 1, 12, 1} {
		b = order.AppendUint32(b, v)
	}
	return b
}

func TestHasPosition(t *testing.T) {
	img := random(16, 16)
	jpg, pngs, webps := jpegFile(t, img), pngFile(t, img), fromBase64(t, losslessWebP)
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="48,31.2N"/></x:xmpmeta>`
	inXMP := "http://ns.adobe.com/xap/1.0/\x00" + packet
	segment := append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+len(inXMP))), inXMP...)
	for _, c := range []struct {
		name string
		data []byte
		want bool
	}{
		{"JPEG", withExifJPEG(jpg, exifGPS()), true},
		{"PNG", withExifPNG(pngs, exifGPS()), true},
		{"WebP", withExifWebP(webps, exifGPS(), 3, 2), true},
		{"TIFF", exifGPS(), true},
		{"JPEG with XMP", bytes.Join([][]byte{jpg[:2], segment, jpg[2:]}, nil), true},
		{"JPEG, cut", withExifJPEG(jpg, exifGPS()[:30]), false},
		{"JPEG without", withExifJPEG(jpg, exif(binary.BigEndian, 1)), false},
		{"PNG without", pngs, false},
		{"WebP without", webps, false},
		{"GIF", gifFile(t), false},
		{"text", []byte("GPSLatitude"), false},
		{"nothing", nil, false},
	} {
		if got := pixel.HasPosition(engine.File{Data: c.data}); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
