package photo

import (
	"image"
	"trappedinart/engine"
	"trappedinart/engine/pixel/label"
	"trappedinart/web/dom"
	"trappedinart/web/words"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Accepted are the files that a chooser of pictures shows first.
const Accepted = "image/*,.heic,.heif,.avif"

// A Format is a kind of file.
type Format struct{ Name, Kind, Suffix string }

// Formats are those that a result is saved in.
var Formats = []Format{
	{"PNG", "image/png", ".png"},
	{"JPEG", "image/jpeg", ".jpg"},
	{"WebP", "image/webp", ".webp"},
}

// A Saver has the format that files are saved in, wherever that is chosen.
type Saver struct{ Format Format }

// NewSaver saves in the first format.
func NewSaver() *Saver { return &Saver{Formats[0]} }

// Render is where the format is chosen.
func (s *Saver) Render() app.UI {
	return app.Select().Aria("label", words.T("File format")).Title(words.T("File format")).Body(
		app.Range(Formats).Slice(func(i int) app.UI {
			return app.Option().Value(Formats[i].Name).Text(Formats[i].Name).Selected(Formats[i] == s.Format)
		}),
	).OnChange(func(ctx app.Context, _ app.Event) { s.Format = formatOf(ctx.JSSrc().Get("value").String()) })
}

// ResultFile returns the result as a file of that kind, with the recipe inside. It waits
// for the browser.
func ResultFile(img *image.NRGBA, recipe engine.Recipe, kind string) ([]byte, error) {
	return FileOf(dom.Offscreen(img), img.Rect.Dx(), img.Rect.Dy(), &recipe, kind)
}

// FileOf does so of anything that can be drawn; recipe may be nil.
func FileOf(drawn app.Value, w, h int, recipe *engine.Recipe, kind string) ([]byte, error) {
	blob, err := dom.Encode(drawn, w, h, kind, 0.93)
	if err != nil {
		return nil, err
	}
	if got := blob.Get("type").String(); got != kind { // a browser that does not know it makes a PNG
		return nil, engine.Errorf(engine.Unavailable, "This browser cannot write %s files. Choose another format.", kind)
	}
	file, err := dom.BytesOf(blob)
	if err != nil || recipe == nil {
		return file, err
	}
	return label.Insert(file, *recipe)
}

func formatOf(name string) Format {
	for _, f := range Formats {
		if f.Name == name {
			return f
		}
	}
	return Formats[0]
}
