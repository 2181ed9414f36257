//go:build !js || pictures

package pixel

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"

	"golang.org/x/image/tiff"
)

// Compressions and colours of TIFF.
const (
	tiffNone, tiffG3, tiffG4, tiffLZW                       = 1, 3, 4, 5
	tiffOldJPEG, tiffJPEG, tiffDeflate                      = 6, 7, 8
	tiffPackBits, tiffOldDeflate                            = 32773, 32946
	tiffWhiteIsZero, tiffBlackIsZero, tiffRGB, tiffPalette  = 0, 1, 2, 3
	tiffCMYK, tiffYCbCr                                     = 5, 6
	tiffHorizontal, tiffChunky, tiffSeparate, tiffUnsigned  = 2, 1, 2, 1
	tiffUnspecified, tiffAssociatedAlpha, tiffStraightAlpha = 0, 1, 2
)

// Others are named, so that a file is refused for what it is.
var tiffCompressions = map[int]string{
	2: "CCITT modified Huffman", 9: "JBIG", 10: "JBIG", 34661: "JBIG", 32766: "NeXT", 32809: "ThunderScan", 34676: "SGI Log",
	34677: "SGI Log", 34712: "JPEG 2000", 34887: "LERC", 34925: "LZMA", 50000: "Zstandard", 50001: "WebP", 52546: "JPEG XL",
}

var tiffColours = map[int]string{
	4: "a transparency mask", 8: "L*a*b* colours", 9: "L*a*b* colours", 10: "L*a*b* colours", 32803: "a camera's raw colours",
	32844: "LogLuv colours", 32845: "LogLuv colours", 34892: "a camera's raw colours",
}

// A tiffPicture is the first picture of a file, by its directory.
type tiffPicture struct {
	*tiffDir
	w, h, bits, samples  int
	compression, colours int
	separate             bool // each sample has a plane of its own
	tiled                bool
	wide, high           int // of a tile, or of a strip, which goes across all
	across, down         int // tiles or strips
	at, bytes            []int
}

// pictureOfTIFF reads the directory, and refuses kinds that are not read here by name.
func pictureOfTIFF(data []byte) (*tiffPicture, error) {
	d, err := readTIFF(data)
	if err != nil {
		return nil, err
	}
	p := &tiffPicture{tiffDir: d, w: d.number(tagWidth, 0), h: d.number(tagLength, 0)}
	p.bits, p.samples = d.number(tagBits, 1), max(d.number(tagSamples, 1), 1)
	p.compression, p.colours = d.number(tagCompression, tiffNone), d.number(tagPhotometric, -1)
	p.separate = d.number(tagPlanar, tiffChunky) == tiffSeparate && p.samples > 1
	if p.w < 1 || p.h < 1 || p.w > MaxPixels || p.h > MaxPixels {
		return p, nil // the caller that asks for the size says so
	}
	p.wide, p.high = p.w, min(d.number(tagRows, p.h), p.h)
	at, bytes := uint16(tagStrips), uint16(tagStripBytes)
	if p.tiled = d.numbers(tagTiles) != nil; p.tiled {
		p.wide, p.high, at, bytes = d.number(tagTileWidth, 0), d.number(tagTileLength, 0), tagTiles, tagTileBytes
	}
	if p.wide < 1 || p.high < 1 || p.wide > p.w+4096 || p.high > p.h+4096 {
		return nil, errors.New("its tiles have no size that can be")
	}
	p.across, p.down = (p.w+p.wide-1)/p.wide, (p.h+p.high-1)/p.high
	const beside = 1 << 22 // pixels of tiles that are not of the picture: they take memory too
	if whole := p.across * p.wide * p.down * p.high; whole > 2*p.w*p.h+beside || p.across > mostTIFF/p.down {
		return nil, errors.New("its tiles have no size that can be")
	}
	p.at, p.bytes = d.numbers(at), d.numbers(bytes)
	if len(p.bytes) == 0 && len(p.at) == 1 { // old files may not say how long the one strip is
		p.bytes = []int{len(data) - min(p.at[0], len(data))}
	}
	return p, p.kind()
}

// kind refuses what neither package tiff nor this one reads.
func (p *tiffPicture) kind() error {
	switch p.compression {
	case tiffNone, 0, tiffG3, tiffG4, tiffLZW, tiffOldJPEG, tiffJPEG, tiffDeflate, tiffOldDeflate, tiffPackBits:
	default:
		name := tiffCompressions[p.compression]
		if name == "" {
			name = fmt.Sprintf("the unknown compression %d", p.compression)
		} else {
			name += " compression"
		}
		return unsupported("a TIFF with " + name)
	}
	switch p.colours {
	case tiffWhiteIsZero, tiffBlackIsZero, tiffRGB, tiffPalette, tiffCMYK, tiffYCbCr:
	default:
		name := tiffColours[p.colours]
		if name == "" {
			name = fmt.Sprintf("the unknown colours %d", p.colours)
		}
		return unsupported("a TIFF with " + name)
	}
	least := map[int]int{tiffRGB: 3, tiffYCbCr: 3, tiffCMYK: 4}[p.colours]
	switch format := p.number(tagFormat, tiffUnsigned); {
	case format == 3:
		return unsupported("a TIFF of floating-point numbers")
	case format != tiffUnsigned && format != 4:
		return unsupported("a TIFF of signed or complex numbers")
	case p.bits != 1 && p.bits != 2 && p.bits != 4 && p.bits != 8 && p.bits != 16:
		return unsupported(fmt.Sprintf("a TIFF with %d bits to a sample", p.bits))
	case p.samples > 16:
		return unsupported(fmt.Sprintf("a TIFF with %d samples to a pixel", p.samples))
	case p.samples*p.bits > 80: // more than four inks and alpha of 16 bits, and than there is memory for
		return unsupported(fmt.Sprintf("a TIFF with %d samples of %d bits to a pixel", p.samples, p.bits))
	case p.samples < least || least > 0 && p.bits < 8:
		return errors.New("it has too few samples for its colours")
	case p.colours == tiffCMYK && p.number(tagInks, 1) != 1:
		return unsupported("a TIFF with other inks than cyan, magenta, yellow and black")
	}
	return nil
}

// configTIFF gives size and colours of any picture that decodeTIFF reads.
func configTIFF(data []byte) (image.Config, error) {
	p, err := pictureOfTIFF(data)
	if err != nil {
		return image.Config{}, err
	}
	size := image.Config{Width: p.w, Height: p.h, ColorModel: color.GrayModel}
	if p.colours == tiffRGB && p.compression != tiffJPEG && p.compression != tiffOldJPEG {
		if size.ColorModel = color.RGBAModel; p.bits == 16 {
			size.ColorModel = color.RGBA64Model
		}
	}
	return size, nil
}

// decodeTIFF gives package tiff the files that it reads. It unpacks the others itself, and
// makes of them files that package tiff reads, or pictures.
func decodeTIFF(r *reader) (image.Image, error) {
	p, err := pictureOfTIFF(r.data)
	if err != nil {
		return nil, err
	}
	switch p.compression {
	case tiffJPEG:
		return p.decodeJPEG(r.ctx)
	case tiffOldJPEG:
		return p.decodeOldJPEG(r.ctx)
	case tiffG3, tiffG4:
		return p.decodeFax(r)
	}
	if _, err := tiff.DecodeConfig(bytes.NewReader(r.data)); err == nil && !p.separate && p.number(tagFillOrder, 1) == 1 {
		return tiff.Decode(r)
	}
	return p.decodeSamples(r)
}

// decodeFax has package tiff read the page as faxes are, with white as zero, which it does
// rightly, and turns it round where black is.
func (p *tiffPicture) decodeFax(r *reader) (image.Image, error) {
	const twoDimensional, filled = 1, 4 // TIFF 6.0, section 11
	options := p.number(tagFaxOptions, 0)
	if p.compression == tiffG3 && options&twoDimensional != 0 {
		return nil, unsupported("a TIFF with two-dimensional CCITT group 3 compression")
	}
	if p.compression == tiffG3 && options&filled != 0 {
		return nil, unsupported("a TIFF with CCITT group 3 compression whose lines are filled up to whole bytes")
	}
	var entries []tiffEntry
	for _, e := range p.entries {
		if e.tag == tagPhotometric {
			e = p.long(tagPhotometric, tiffWhiteIsZero)
		}
		entries = append(entries, e)
	}
	img, err := tiff.Decode(newReader(r.ctx, p.file(entries)))
	if page, ok := img.(*image.Gray); ok && p.colours == tiffBlackIsZero {
		for i := range page.Pix {
			page.Pix[i] ^= 255
		}
	}
	return img, err
}
