//go:build !js || pictures

package pixel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/webp"
)

// configWebP gives the size of the picture, of a moving one that of its screen.
func configWebP(data []byte) (image.Config, error) {
	if m := movingWebP(data); m != nil {
		if m.file == nil {
			return image.Config{}, errors.New("it has no picture")
		}
		size, err := webp.DecodeConfig(bytes.NewReader(m.file))
		if err == nil && (m.at.X+size.Width > m.screen.X || m.at.Y+size.Height > m.screen.Y) {
			err = errors.New("its picture is larger than its screen") // RFC 9649, section 2.7.1.1, and it would take the memory
		}
		size.Width, size.Height = m.screen.X, m.screen.Y
		return size, err
	}
	return webp.DecodeConfig(bytes.NewReader(data))
}

// decodeWebP reads moving pictures too, of which it gives the first.
func decodeWebP(r *reader) (image.Image, error) {
	m := movingWebP(r.data)
	if m == nil {
		return fullRangeWebP(r)
	}
	img, err := fullRangeWebP(newReader(r.ctx, m.file))
	if err != nil {
		return nil, err
	}
	whole := image.NewNRGBA(image.Rectangle{Max: m.screen})
	part := nrgba(img)
	for y := range min(part.Rect.Dy(), max(m.screen.Y-m.at.Y, 0)) {
		if m.at.X < m.screen.X {
			row := whole.Pix[whole.PixOffset(m.at.X, m.at.Y+y):][:4*(m.screen.X-m.at.X)]
			copy(row, part.Pix[y*part.Stride:][:4*part.Rect.Dx()])
		}
	}
	return whole, nil
}

// A webpFrame is the first frame of a moving WebP.
type webpFrame struct {
	screen, at image.Point
	file       []byte // with the frame and nothing else
}

// movingWebP takes a moving WebP apart: RFC 9649, section 2.7.1. It returns nil of a still one.
func movingWebP(data []byte) *webpFrame {
	const animation = 1 << 1
	if len(data) < 30 || string(data[12:16]) != "VP8X" || data[20]&animation == 0 {
		return nil
	}
	m := &webpFrame{screen: image.Pt(1+number24(data[24:]), 1+number24(data[27:]))}
	for at := 30; at+8 <= len(data); {
		n := int(min(binary.LittleEndian.Uint32(data[at+4:]), uint32(len(data)-at-8)))
		if body := data[at+8 : at+8+n]; string(data[at:at+4]) == "ANMF" && n > 16 {
			m.at = image.Pt(2*number24(body), 2*number24(body[3:]))
			m.file = stillWebP(body)
			return m
		}
		at += 8 + n + n&1
	}
	return m // without a frame
}

// stillWebP makes a file of a frame: its size, and chunks.
func stillWebP(frame []byte) []byte {
	const alpha = 1 << 4
	body := []byte("WEBP")
	if chunks := frame[16:]; bytes.HasPrefix(chunks, []byte("ALPH")) {
		head := append([]byte{alpha, 0, 0, 0}, frame[6:12]...)
		body = append(append(body, "VP8X\x0a\x00\x00\x00"...), head...)
	}
	body = append(body, frame[16:]...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func number24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// fullRangeWebP is webp.Decode with the colours of lossy pictures put right: package webp
// hands out their limited-range YCbCr as if it were JPEG's (golang/go#40173).
func fullRangeWebP(r *reader) (image.Image, error) {
	img, err := webp.Decode(r)
	if err != nil {
		return nil, err
	}
	switch src := img.(type) {
	case *image.YCbCr:
		return limitedRange(src), nil
	case *image.NYCbCrA:
		dst := limitedRange(&src.YCbCr)
		for y := range dst.Rect.Dy() {
			for x := range dst.Rect.Dx() {
				dst.Pix[dst.PixOffset(x, y)+3] = src.A[y*src.AStride+x]
			}
		}
		return dst, nil
	}
	return img, nil
}

// limitedRange converts YCbCr whose luma goes from 16 to 235 and whose chroma goes
// from 16 to 240: ITU-R BT.601-7, section 2.5, as WebP prescribes (RFC 9649,
// section 2.5), in fixed point of 16 bits. The picture's corner must be at 0, 0.
//
// A chroma stands for 2 x 2 pixels. Each pixel takes 9 parts in 16 of its own, 3 of the
// nearest beside and above or below it, and 1 of the nearest across, as libwebp and so
// browsers do.
func limitedRange(src *image.YCbCr) *image.NRGBA {
	w, h := src.Rect.Dx(), src.Rect.Dy()
	near := func(i, n int) int { return min(max(i/2-1+i%2*2, 0), (n-1)/2) } // the second nearest
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		row := dst.Pix[y*dst.Stride:][:4*w]
		for x := range w {
			luma := 76309*(int32(src.Y[src.YOffset(x, y)])-16) + 1<<15
			own, other := y/2*src.CStride, near(y, h)*src.CStride
			mix := func(c []uint8) int32 {
				beside := near(x, w)
				return (9*int32(c[own+x/2])+3*(int32(c[own+beside])+int32(c[other+x/2]))+int32(c[other+beside])+8)>>4 - 128
			}
			cb, cr := mix(src.Cb), mix(src.Cr)
			p := row[4*x:][:4]
			p[0] = clamp((luma + 104597*cr) >> 16)
			p[1] = clamp((luma - 25675*cb - 53279*cr) >> 16)
			p[2] = clamp((luma + 132201*cb) >> 16)
			p[3] = 255
		}
	}
	return dst
}

func clamp(v int32) uint8 { return uint8(min(max(v, 0), 255)) }
