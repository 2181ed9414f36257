//go:build !js || pictures

package pixel

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"

	"github.com/kovidgoyal/imaging/prism/meta/icc"

	"trappedinart/engine/pixel/label"
)

// A transform takes red, green, blue, or the four inks, 0 to 1, to sRGB, 0 to 1.
type transform func(in [4]float64) (r, g, b float64)

// profiled returns the picture in sRGB as the profile or coded colour space in its file
// wants, and nil where nothing is to be done or can be: a picture is not refused for
// what is written beside it. Colours that sRGB has not are clipped, as browsers do.
func profiled(ctx context.Context, img image.Image, file []byte) (dst *image.NRGBA) {
	defer func() {
		if recover() != nil { // a broken profile
			dst = nil
		}
	}()
	cmyk, _ := img.(*image.CMYK)
	var t transform
	switch label.Coded(file) {
	case label.DisplayP3:
		t = displayP3
	case label.Uncoded:
		t = transformOf(label.Profile(file), cmyk != nil)
	}
	if t == nil {
		return nil
	}
	if cmyk != nil {
		return converted(ctx, t, cmyk.Rect, func(x, y int) ([4]uint16, uint8) {
			p := cmyk.Pix[cmyk.PixOffset(x, y):][:4]
			return [4]uint16{up(p[0]), up(p[1]), up(p[2]), up(p[3])}, 255
		})
	}
	if deep := nrgba64(img); deep != nil {
		return converted(ctx, t, deep.Rect, func(x, y int) ([4]uint16, uint8) {
			c := deep.NRGBA64At(x, y)
			return [4]uint16{c.R, c.G, c.B}, down(uint32(c.A))
		})
	}
	flat := nrgba(img)
	return converted(ctx, t, flat.Rect, func(x, y int) ([4]uint16, uint8) {
		p := flat.Pix[flat.PixOffset(x, y):][:4]
		return [4]uint16{up(p[0]), up(p[1]), up(p[2])}, p[3]
	})
}

func up(v uint8) uint16 { return uint16(v) * 257 }

// down rounds 16 bits to 8.
func down(v uint32) uint8 { return uint8((v*255 + 32767) / 65535) }

// converted applies t to every pixel that at returns. Neighbours are often alike, and a
// transform takes a fraction of a microsecond: so colours that came lately are
// remembered.
func converted(ctx context.Context, t transform, r image.Rectangle, at func(x, y int) ([4]uint16, uint8)) *image.NRGBA {
	type known struct {
		from [4]uint16
		to   [3]uint8
		ok   bool
	}
	const bits = 16
	lately := make([]known, 1<<bits)
	dst := image.NewNRGBA(image.Rect(0, 0, r.Dx(), r.Dy()))
	for y := range r.Dy() {
		if ctx.Err() != nil {
			return dst // Decode sees it too
		}
		row := dst.Pix[y*dst.Stride:]
		for x := range r.Dx() {
			from, alpha := at(r.Min.X+x, r.Min.Y+y)
			key := uint64(from[0]) | uint64(from[1])<<16 | uint64(from[2])<<32 | uint64(from[3])<<48
			k := &lately[key*0x9e3779b97f4a7c15>>(64-bits)] // Fibonacci hashing: Knuth, TAOCP 3, section 6.4
			if !k.ok || k.from != from {
				var in [4]float64
				for i, v := range from {
					in[i] = float64(v) / 65535
				}
				red, green, blue := t(in)
				*k = known{from, [3]uint8{level(float32(red * 255)), level(float32(green * 255)), level(float32(blue * 255))}, true}
			}
			p := row[4*x:][:4]
			p[0], p[1], p[2], p[3] = k.to[0], k.to[1], k.to[2], alpha
		}
	}
	return dst
}

// transformOf returns what a profile does, or nil if it is none that can be used for such
// a picture, or is that of sRGB itself.
func transformOf(profile []byte, cmyk bool) transform {
	if !sound(profile) {
		return nil
	}
	p, err := icc.DecodeProfile(bytes.NewReader(profile))
	if err != nil || (p.Header.DataColorSpace == icc.ColorSpaceCMYK) != cmyk || p.IsSRGB() {
		return nil
	}
	inputs := 3
	if cmyk {
		inputs = 4
	}
	const clamp, mapGamut, optimize = true, false, true
	line, err := p.CreateTransformerToSRGB(icc.RelativeColorimetricRenderingIntent, true, inputs, clamp, mapGamut, optimize)
	if err != nil {
		return nil
	}
	if cmyk {
		return func(in [4]float64) (r, g, b float64) {
			var out [4]float64
			line.TransformGeneral(out[:], in[:])
			return out[0], out[1], out[2]
		}
	}
	return func(in [4]float64) (r, g, b float64) { return line.Transform(in[0], in[1], in[2]) }
}

// sound says whether the lengths in a profile are within it. Package icc would take
// memory for what they claim first.
func sound(profile []byte) bool {
	const header, entry = 128 + 4, 12
	n := uint64(len(profile))
	if n < header {
		return false
	}
	tags := uint64(binary.BigEndian.Uint32(profile[header-4:]))
	if tags > (n-header)/entry {
		return false
	}
	for i := range tags {
		e := profile[header+entry*i:][:entry]
		offset, size := uint64(binary.BigEndian.Uint32(e[4:])), uint64(binary.BigEndian.Uint32(e[8:]))
		if offset > n || size > n-offset {
			return false
		}
		// The bytes to a number of the table in a modular tag: ICC.1:2022, section 10.12.5.
		tag := profile[offset:][:size]
		if bytes.HasPrefix(tag, []byte("mAB ")) || bytes.HasPrefix(tag, []byte("mBA ")) {
			if size < 32 {
				return false
			}
			table := uint64(binary.BigEndian.Uint32(tag[24:]))
			if table != 0 && (table+16 >= size || tag[table+16] != 1 && tag[table+16] != 2) {
				return false
			}
		}
	}
	// Curves stand in tags of their own and inside others, with the count of their points.
	for rest := profile; ; rest = rest[4:] {
		i := bytes.Index(rest, []byte("curv"))
		if i < 0 {
			return true
		}
		if rest = rest[i:]; len(rest) < 12 || uint64(binary.BigEndian.Uint32(rest[8:])) > uint64(len(rest)-12)/2 {
			return false
		}
	}
}

// displayP3 has the white point and the transfer function of sRGB. The matrix is
// from its primaries (SMPTE EG 432-1) to those of ITU-R BT.709, in linear light: CSS Color 4,
// section 18, the product of lin_P3_to_XYZ and XYZ_to_lin_sRGB.
func displayP3(in [4]float64) (r, g, b float64) {
	for i := range 3 {
		in[i] = toLight(in[i])
	}
	r = 1.2249401762805598*in[0] - 0.2249401762805600*in[1]
	g = -0.0420569547096881*in[0] + 1.0420569547096882*in[1]
	b = -0.0196375545903344*in[0] - 0.0786360455506319*in[1] + 1.0982736001409663*in[2]
	return fromLight(r), fromLight(g), fromLight(b)
}
