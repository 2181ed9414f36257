//go:build !js || pictures

package pixel

import (
	"errors"
	"image"
	"image/color"

	"golang.org/x/image/tiff"
)

var errRaster = errors.New("its data do not fit its size")

// A raster is what a picture's strips or tiles hold, unpacked, and padded to whole ones.
type raster struct {
	pix    []byte
	stride int
	row    int // bytes that a row of one tile or strip has
}

// unpacked has package tiff unpack the strips or tiles from the one numbered first on: as
// grey pixels of a byte each, row bytes to a row of each of high rows.
func (p *tiffPicture) unpacked(r *reader, first, row, high, rows int) (raster, error) {
	n := p.across * p.down
	if len(p.at) < first+n || len(p.bytes) < first+n {
		return raster{}, errRaster
	}
	wide := p.across * row
	if wide > 64*MaxPixels/max(rows, 1) {
		return raster{}, errRaster
	}
	const grey, chunky = tiffBlackIsZero, tiffChunky
	entries := []tiffEntry{
		p.long(tagWidth, wide), p.long(tagLength, rows), p.long(tagBits, 8), p.long(tagCompression, p.compression), p.long(tagPhotometric, grey),
	}
	at, bytes := p.long(tagStrips, p.at[first:first+n]...), p.long(tagStripBytes, p.bytes[first:first+n]...)
	if p.tiled {
		at.tag, bytes.tag = tagTiles, tagTileBytes
		entries = append(entries, p.long(tagPlanar, chunky), p.long(tagTileWidth, row), p.long(tagTileLength, high), at, bytes)
	} else {
		entries = append(entries, at, p.long(tagRows, high), bytes, p.long(tagPlanar, chunky))
	}
	img, err := tiff.Decode(newReader(r.ctx, p.file(entries)))
	if err != nil {
		return raster{}, err
	}
	flat, ok := img.(*image.Gray)
	if !ok {
		return raster{}, errRaster
	}
	return raster{flat.Pix, flat.Stride, row}, nil
}

// planes unpacks all samples: one raster with all of them, or one to each.
func (p *tiffPicture) planes(r *reader) ([]raster, error) {
	together, count := p.samples, 1
	if p.separate {
		together, count = 1, p.samples
	}
	rows := p.h
	if p.tiled {
		rows = p.down * p.high
	}
	var list []raster
	for i := range count {
		one, err := p.unpacked(r, i*p.across*p.down, (p.wide*together*p.bits+7)/8, p.high, rows)
		if err != nil {
			return nil, err
		}
		if p.number(tagPredictor, 1) == tiffHorizontal {
			p.integrate(one, together)
		}
		list = append(list, one)
	}
	return list, nil
}

// integrate undoes horizontal differencing, of each strip's or tile's rows: TIFF 6.0,
// section 14.
func (p *tiffPicture) integrate(r raster, together int) {
	for at := 0; at+r.row <= len(r.pix); at += r.row {
		row := r.pix[at:][:r.row]
		switch p.bits {
		case 8:
			for i := together; i < len(row); i++ {
				row[i] += row[i-together]
			}
		case 16:
			for i := 2 * together; i+1 < len(row); i += 2 {
				p.order.PutUint16(row[i:], p.order.Uint16(row[i:])+p.order.Uint16(row[i-2*together:]))
			}
		}
	}
}

// sample returns sample c of a pixel, of the bits that it has.
func (p *tiffPicture) sample(list []raster, x, y, c int) uint32 {
	r, i := list[0], (x%p.wide)*p.samples+c
	if p.separate {
		r, i = list[c], x%p.wide
	}
	row := r.pix[y*r.stride+x/p.wide*r.row:]
	switch p.bits {
	case 8:
		return uint32(row[i])
	case 16:
		return uint32(p.order.Uint16(row[2*i:]))
	}
	bit := i * p.bits
	return uint32(row[bit/8]>>(8-p.bits-bit%8)) & (1<<p.bits - 1)
}

// decodeSamples makes a picture of samples of any number and size, of 8 bits.
func (p *tiffPicture) decodeSamples(r *reader) (image.Image, error) {
	if p.number(tagFillOrder, 1) != 1 {
		return nil, unsupported("a TIFF whose bits stand in reverse order")
	}
	if s := p.numbers(tagSubsampling); p.colours == tiffYCbCr && (len(s) < 2 || s[0] != 1 || s[1] != 1) {
		return p.decodeSubsampled(r)
	}
	list, err := p.planes(r)
	if err != nil {
		return nil, err
	}
	most := uint32(1)<<p.bits - 1
	level := func(x, y, c int) uint8 { return uint8((p.sample(list, x, y, c)*255 + most/2) / most) }
	rect := image.Rect(0, 0, p.w, p.h)
	if p.colours == tiffCMYK {
		img := image.NewCMYK(rect)
		for i := range p.w * p.h {
			for c := range 4 {
				img.Pix[4*i+c] = level(i%p.w, i/p.w, c)
			}
		}
		return img, nil
	}
	colour, count, err := p.colour(list, level)
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(rect)
	extra := p.number(tagExtra, tiffUnspecified)
	alpha := p.samples > count && (extra == tiffAssociatedAlpha || extra == tiffStraightAlpha)
	for y := range p.h {
		for x := range p.w {
			c := colour(x, y)
			if alpha {
				c.A = level(x, y, count)
				if extra == tiffAssociatedAlpha {
					c = color.NRGBAModel.Convert(color.RGBA(c)).(color.NRGBA)
				}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img, nil
}

// colour returns the function that gives a pixel's colour, and how many samples that has.
func (p *tiffPicture) colour(list []raster, level func(x, y, c int) uint8) (func(x, y int) color.NRGBA, int, error) {
	switch p.colours {
	case tiffRGB:
		return func(x, y int) color.NRGBA { return color.NRGBA{level(x, y, 0), level(x, y, 1), level(x, y, 2), 255} }, 3, nil
	case tiffYCbCr:
		return func(x, y int) color.NRGBA {
			r, g, b := color.YCbCrToRGB(level(x, y, 0), level(x, y, 1), level(x, y, 2))
			return color.NRGBA{r, g, b, 255}
		}, 3, nil
	case tiffPalette:
		palette := p.numbers(tagColours)
		n := 1 << min(p.bits, 8)
		if len(palette) < 3*n || p.bits > 8 {
			return nil, 0, errors.New("its palette is too short")
		}
		return func(x, y int) color.NRGBA {
			i := int(p.sample(list, x, y, 0))
			return color.NRGBA{down(uint32(palette[i])), down(uint32(palette[n+i])), down(uint32(palette[2*n+i])), 255}
		}, 1, nil
	}
	turn := uint8(0)
	if p.colours == tiffWhiteIsZero {
		turn = 255
	}
	return func(x, y int) color.NRGBA {
		v := level(x, y, 0) ^ turn
		return color.NRGBA{v, v, v, 255}
	}, 1, nil
}

// decodeSubsampled reads YCbCr whose colours stand once for several pixels: TIFF 6.0,
// section 21. A unit is a block of lumas, row by row, then Cb, then Cr.
func (p *tiffPicture) decodeSubsampled(r *reader) (image.Image, error) {
	h, v := 2, 2
	if s := p.numbers(tagSubsampling); len(s) >= 2 {
		h, v = s[0], s[1]
	}
	if h < 1 || v < 1 || h > 4 || v > 4 || h == 3 || v == 3 {
		return nil, errors.New("its colours have no share that can be")
	}
	if p.separate || p.samples != 3 || p.bits != 8 || p.number(tagPredictor, 1) != 1 {
		return nil, unsupported("a TIFF with an unusual kind of YCbCr colours")
	}
	// Strips of rows that do not fill a unit are the picture's last only.
	unit, high := h*v+2, (p.high+v-1)/v
	rows := (p.h + v - 1) / v
	if p.tiled {
		rows = p.down * high
	}
	one, err := p.unpacked(r, 0, (p.wide+h-1)/h*unit, high, rows)
	if err != nil {
		return nil, err
	}
	img := image.NewNRGBA(image.Rect(0, 0, p.w, p.h))
	for y := range p.h {
		for x := range p.w {
			u := one.pix[y/p.high*high*one.stride+y%p.high/v*one.stride+x/p.wide*one.row+x%p.wide/h*unit:][:unit]
			red, green, blue := color.YCbCrToRGB(u[y%p.high%v*h+x%p.wide%h], u[unit-2], u[unit-1])
			img.SetNRGBA(x, y, color.NRGBA{red, green, blue, 255})
		}
	}
	return img, nil
}
