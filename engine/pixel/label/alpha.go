package label

import (
	"context"
	"fmt"
	"image"

	"trappedinart/engine"
)

// NoteInvisible says in the notes of ctx if nothing of the picture is to be seen.
func NoteInvisible(ctx context.Context, f engine.File, img *image.NRGBA) {
	if Invisible(img) {
		engine.Note(ctx, fmt.Sprintf("%q is completely transparent. It is painted as white.", f.Name))
	}
}

// Invisible says whether nothing of a picture is to be seen.
func Invisible(img *image.NRGBA) bool {
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for i := 3; i < len(row); i += 4 {
			if row[i] != 0 {
				return false
			}
		}
	}
	return true
}
