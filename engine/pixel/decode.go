//go:build !js

package pixel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"trappedinart/engine"
)

// Decode reads a JPEG, PNG, WebP, GIF, BMP or TIFF file: the first picture in it,
// upright as its EXIF orientation asks, of at most MaxPixels, in sRGB. Colours are
// converted by the ICC profile in the file, if it is one that can be used.
//
// It takes no more memory than about 24 bytes a pixel, and stops soon after ctx
// ends, with its error.
func Decode(ctx context.Context, f engine.File) (*image.NRGBA, error) {
	c, err := codecOf(f)
	if err != nil {
		return nil, err
	}
	return c.read(ctx, f)
}

// Size returns the width and height that a file's header gives, upright or not. Decode
// checks the same before it takes memory, against MaxPixels.
func Size(f engine.File) (w, h int, err error) {
	c, err := codecOf(f)
	if err != nil {
		return 0, 0, err
	}
	defer func() {
		if p := recover(); p != nil {
			err = damaged(f, fmt.Errorf("the decoder panicked: %v", p))
		}
	}()
	size, err := c.size(f)
	return size.Width, size.Height, err
}

func codecOf(f engine.File) (codec, error) {
	switch {
	case len(f.Data) == 0:
		return codec{}, engine.Errorf(engine.InvalidPicture, "%q is empty; choose a %s file.", f.Name, kinds)
	case len(f.Data) > MaxFileBytes:
		return codec{}, engine.Errorf(engine.TooLarge, "%q has %d MiB, and %d MiB is the most; save it smaller.", f.Name, (len(f.Data)-1)>>20+1, MaxFileBytes>>20)
	}
	for _, c := range codecs {
		if c.is(f.Data) {
			return c, nil
		}
	}
	return codec{}, engine.Errorf(engine.InvalidPicture, "%q is not a picture this program can read; use a %s file.", f.Name, kinds)
}

// size reads the header, and checks what it claims.
func (c codec) size(f engine.File) (image.Config, error) {
	size, err := c.config(bytes.NewReader(f.Data))
	if err != nil {
		return size, damaged(f, err)
	}
	w, h := size.Width, size.Height
	switch {
	case w < 1 || h < 1:
		return size, damaged(f, errors.New("it has no pixels"))
	case w > MaxPixels/h:
		return size, engine.Errorf(engine.TooLarge, "%q has %d x %d pixels, and %d million is the most; save it smaller.", f.Name, w, h, MaxPixels/1000000)
	case c.least(w*h, size.ColorModel) > len(f.Data):
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
	if _, err := c.size(f); err != nil {
		return nil, err
	}
	source, err := c.decode(&reader{ctx, bytes.NewReader(f.Data)})
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, damaged(f, err)
	}
	if img = profiled(ctx, source, f.Data); img == nil {
		img = nrgba(source)
	}
	img = upright(img, c.orientation(f.Data))
	return img, ctx.Err()
}

// damaged says what to do about a file that a decoder refused with err.
func damaged(f engine.File, err error) error {
	var (
		jpegKind jpeg.UnsupportedError
		pngKind  png.UnsupportedError
		tiffKind tiff.UnsupportedError
	)
	switch {
	case errors.As(err, &jpegKind), errors.As(err, &pngKind), errors.As(err, &tiffKind), errors.Is(err, bmp.ErrUnsupported):
		return engine.Errorf(engine.InvalidPicture, "%q is of a rare kind that this program cannot read (%w); save it as a plain JPEG or PNG.", f.Name, err)
	case moving(f.Data):
		return engine.Errorf(engine.InvalidPicture, "%q is a moving WebP picture; save one frame of it as a JPEG or PNG.", f.Name)
	}
	return engine.Errorf(engine.InvalidPicture, "%q is damaged or incomplete (%w); get another copy of it, or save it again as a JPEG or PNG.", f.Name, err)
}

// moving says whether the file is a WebP whose header announces animation, of which
// package webp says only that the format is invalid.
func moving(data []byte) bool {
	const animation = 1 << 1
	return len(data) > 20 && string(data[8:16]) == "WEBPVP8X" && data[20]&animation != 0
}

// A reader ends when its context does.
type reader struct {
	ctx context.Context
	r   *bytes.Reader
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
