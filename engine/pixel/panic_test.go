//go:build !js

package pixel

import (
	"context"
	"errors"
	"image"
	"image/color"
	"strings"
	"testing"

	"trappedinart/engine"
)

// No file is known on which a decoder panics, so this one is made to, from inside
// the package.
func TestPanickingDecoderIsAnInvalidPicture(t *testing.T) {
	c := codec{
		config:      func([]byte) (image.Config, error) { return image.Config{Width: 1, Height: 1}, nil },
		decode:      func(*reader) (image.Image, error) { panic("index out of range") },
		orientation: func([]byte) int { return 1 },
		least:       func(int, color.Model) int { return 1 },
	}
	img, err := c.read(context.Background(), engine.File{Name: "holiday.jpg", Data: []byte("data")})
	var e *engine.Error
	if !errors.As(err, &e) || e.Code != engine.InvalidPicture || !strings.Contains(e.Message, `"holiday.jpg" is damaged`) || img != nil {
		t.Errorf("got %v, %v", img, err)
	}
}
