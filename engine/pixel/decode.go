//go:build !js || pictures

package pixel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"strings"

	"github.com/jsummers/gobmp"
	"golang.org/x/image/tiff"

	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
)

// Decode reads a JPEG, PNG, WebP, GIF, BMP or TIFF file: the first picture in it,
// upright as its EXIF orientation asks, of at most MaxPixels, in sRGB. Colours are
// converted by the ICC profile in the file, if it is one that can be used.
//
// Of a file that is cut short or has small faults, what is there is read as far as it
// goes, and a note (engine.WithNotes) says what is missing.
//
// It takes no more memory than about 24 bytes a pixel and the file once more, and stops
// soon after ctx ends, with its error.
func Decode(ctx context.Context, f engine.File) (*image.NRGBA, error) {
	c, err := codecOf(&f)
	if err != nil {
		return nil, err
	}
	return c.read(ctx, f)
}

// Size returns the width and height that a file's header gives, upright or not. Decode
// checks the same before it takes memory, against MaxPixels.
func Size(f engine.File) (w, h int, err error) {
	c, err := codecOf(&f)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if p := recover(); p != nil {
			err = damaged(f, fmt.Errorf("the decoder panicked: %v", p))
		}
	}()
	size, err := c.size(f, len(f.Data))
	if err == nil || !mendable(err) || c.mended == nil {
		return size.Width, size.Height, err
	}
	check := c.sizer(f)
	for data := range c.mended(f, check) {
		if size, mendErr := check(data); mendErr == nil {
			return size.Width, size.Height, nil
		}
	}
	return 0, 0, err
}

// codecOf returns the codec of the file, which it makes one that the codec reads.
func codecOf(f *engine.File) (codec, error) {
	switch {
	case len(f.Data) == 0:
		return codec{}, engine.Errorf(engine.InvalidPicture, "%q is empty. Choose a %s file.", f.Name, label.Kinds)
	case len(f.Data) > MaxFileBytes:
		return codec{}, engine.Errorf(engine.TooLarge, "%q has %d MiB; the limit is %d MiB. Save it smaller.", f.Name, (len(f.Data)-1)>>20+1, MaxFileBytes>>20)
	}
	kind, read := label.Kind(f.Data)
	switch {
	case read:
		if kind == "TIFF" {
			f.Data = classicTIFF(f.Data)
		}
		return codecs[kind], nil
	case kind != "":
		return codec{}, engine.Errorf(engine.InvalidPicture, "%q is %s file, which this program cannot read. Save it as a %s file.", f.Name, withArticle(kind), label.Kinds)
	}
	return codec{}, engine.Errorf(engine.InvalidPicture, "%q is not a picture that this program can read. Use a %s file.", f.Name, label.Kinds)
}

func withArticle(kind string) string {
	if strings.ContainsAny(kind[:1], "aeioAEIO") || strings.HasPrefix(kind, "SVG") {
		return "an " + kind
	}
	return "a " + kind
}

// sizer is size for files that were made of this one.
func (c codec) sizer(f engine.File) sizer {
	return func(data []byte) (image.Config, error) {
		return c.size(engine.File{Name: f.Name, Data: data}, len(f.Data))
	}
}

// size reads the header, and checks what it claims against the bytes that the file had.
func (c codec) size(f engine.File, bytes int) (image.Config, error) {
	size, err := c.config(f.Data)
	if err != nil {
		return size, damaged(f, err)
	}
	w, h := size.Width, size.Height
	switch {
	case w < 1 || h < 1:
		return size, damaged(f, errors.New("it has no pixels"))
	case w > MaxPixels/h:
		return size, engine.Errorf(engine.TooLarge, "%q has %d x %d pixels; the limit is %d million. Save it smaller.", f.Name, w, h, MaxPixels/1000000)
	case c.least(w*h, size.ColorModel) > bytes:
		return size, damaged(f, fmt.Errorf("%d x %d pixels cannot be in so short a file", w, h))
	}
	return size, nil
}

func (c codec) read(ctx context.Context, f engine.File) (img *image.NRGBA, err error) {
	defer func() {
		if p := recover(); p != nil {
			img, err = nil, damaged(f, fmt.Errorf("the decoder panicked: %v", p))
		}
	}()
	source, err := c.attempt(ctx, f, len(f.Data))
	if err != nil && mendable(err) && c.mended != nil {
		for data, note := range c.mended(f, c.sizer(f)) {
			if again, mendErr := c.attempt(ctx, engine.File{Name: f.Name, Data: data}, len(f.Data)); mendErr == nil {
				source, err = again, nil
				engine.Note(ctx, note)
				break
			}
		}
	}
	if err != nil {
		return nil, err
	}
	if img = profiled(ctx, source, f.Data); img == nil {
		img = nrgba(source)
	}
	img = upright(img, c.orientation(f.Data))
	label.NoteInvisible(ctx, f, img)
	return img, ctx.Err()
}

// attempt decodes a file of that many bytes, or one that was mended and had them.
func (c codec) attempt(ctx context.Context, f engine.File, bytes int) (image.Image, error) {
	if _, err := c.size(f, bytes); err != nil {
		return nil, err
	}
	img, err := c.decode(newReader(ctx, f.Data))
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, damaged(f, err)
	}
	return img, nil
}

// mendable says whether a file that was refused may be one with a fault: not one that is
// too large, or of a kind that nobody here reads.
func mendable(err error) bool {
	var e *engine.Error
	return errors.As(err, &e) && e.Code == engine.InvalidPicture && !errors.As(err, new(unsupported))
}

// unsupported is the error of a picture that is whole, but of a kind that is not read. It
// says which: "a JPEG with 12 bits to a sample".
type unsupported string

func (u unsupported) Error() string { return "it is " + string(u) }

// damaged says what to do about a file that a decoder refused with err.
func damaged(f engine.File, err error) error {
	var (
		kind     unsupported
		jpegKind jpeg.UnsupportedError
		pngKind  png.UnsupportedError
		tiffKind tiff.UnsupportedError
		bmpKind  gobmp.UnsupportedError
	)
	switch {
	case errors.As(err, &kind):
	case errors.As(err, &jpegKind):
		kind = unsupported(kindOfJPEG(f.Data))
	case errors.As(err, &pngKind):
		kind = unsupported("a rare kind of PNG: " + string(pngKind))
	case errors.As(err, &tiffKind):
		kind = unsupported("a rare kind of TIFF: " + string(tiffKind))
	case errors.As(err, &bmpKind):
		kind = unsupported("a rare kind of BMP: " + string(bmpKind))
	default:
		return engine.Errorf(engine.InvalidPicture, "%q is damaged or incomplete (%w). Get another copy of it, or save it again as a JPEG or PNG.", f.Name, err)
	}
	return &engine.Error{
		Code:    engine.InvalidPicture,
		Message: fmt.Sprintf("%q is %s, which this program cannot read. Save it as a plain JPEG or PNG.", f.Name, string(kind)),
		Err:     kind,
	}
}

// A reader ends when its context does.
type reader struct {
	ctx  context.Context
	data []byte
	r    *bytes.Reader
}

func newReader(ctx context.Context, data []byte) *reader {
	return &reader{ctx, data, bytes.NewReader(data)}
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// ReadAt is there for package tiff, which would copy the whole file otherwise.
func (r *reader) ReadAt(p []byte, offset int64) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.ReadAt(p, offset)
}
