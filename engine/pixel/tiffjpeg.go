//go:build !js || pictures

package pixel

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
)

// decodeJPEG reads strips or tiles that are JPEG pictures with common tables: TIFF technical
// note 2.
func (p *tiffPicture) decodeJPEG(ctx context.Context) (image.Image, error) {
	if p.separate {
		return nil, unsupported("a TIFF with JPEG in planes")
	}
	n := p.across * p.down
	if len(p.at) < n || len(p.bytes) < n {
		return nil, errRaster
	}
	var whole draw.Image = image.NewRGBA(image.Rect(0, 0, p.w, p.h))
	if p.colours == tiffCMYK {
		whole = image.NewCMYK(image.Rect(0, 0, p.w, p.h))
	}
	for i := range n {
		if p.at[i] > len(p.data) || p.bytes[i] > len(p.data)-p.at[i] || p.bytes[i] < 2 {
			return nil, errRaster
		}
		img, err := p.block(ctx, p.data[p.at[i]:][:p.bytes[i]])
		if err != nil {
			return nil, err
		}
		at := image.Rect(0, 0, p.wide, p.high).Add(image.Pt(i%p.across*p.wide, i/p.across*p.high))
		if inks, ok := img.(*image.CMYK); ok {
			cmyk, ok := whole.(*image.CMYK)
			if !ok {
				return nil, errRaster
			}
			copyInks(cmyk, inks, at)
			continue
		}
		draw.Draw(whole, at, img, image.Point{}, draw.Src)
	}
	return whole, nil
}

// copyInks copies a block of four inks, which package jpeg turned round as it does for
// Adobe's files: those of TIFF are not.
func copyInks(dst, src *image.CMYK, at image.Rectangle) {
	at = at.Intersect(dst.Rect)
	for y := range min(at.Dy(), src.Rect.Dy()) {
		from := src.Pix[y*src.Stride:][:4*min(at.Dx(), src.Rect.Dx())]
		to := dst.Pix[dst.PixOffset(at.Min.X, at.Min.Y+y):]
		for i, v := range from {
			to[i] = 255 - v
		}
	}
}

// block decodes one JPEG picture, which is to be no larger than a strip or tile.
func (p *tiffPicture) block(ctx context.Context, data []byte) (image.Image, error) {
	const begin = "\xff\xd8"
	if !bytes.HasPrefix(data, []byte(begin)) {
		return nil, errors.New("one of its blocks is no JPEG")
	}
	file := []byte(begin)
	if p.colours != tiffYCbCr { // no change of colours: Adobe's segment says so
		file = append(file, "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"...)
	}
	if tables := p.tiffDir.bytes(tagTables); len(tables) > 4 {
		file = append(file, bytes.TrimSuffix(tables[2:], []byte{0xff, eoi})...)
	}
	file = append(file, data[2:]...)
	size, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if size.Width > p.wide+16 || size.Height > p.high+16 {
		return nil, errRaster
	}
	return jpeg.Decode(newReader(ctx, file))
}

// decodeOldJPEG reads a file of the first kind of JPEG in TIFF, if it has a whole JPEG
// inside, as most have: TIFF 6.0, section 22.
func (p *tiffPicture) decodeOldJPEG(ctx context.Context) (image.Image, error) {
	at, n := p.number(tagOldJPEG, 0), p.number(tagOldJPEGBytes, 0)
	if at < 1 || at > len(p.data) || n > len(p.data)-at {
		return nil, unsupported("a TIFF with JPEG compression of the old kind")
	}
	if n == 0 {
		n = len(p.data) - at
	}
	file := p.data[at:][:n]
	size, err := jpeg.DecodeConfig(bytes.NewReader(file))
	if err != nil || size.Width != p.w || size.Height != p.h {
		return nil, unsupported("a TIFF with JPEG compression of the old kind")
	}
	return jpeg.Decode(newReader(ctx, file))
}
