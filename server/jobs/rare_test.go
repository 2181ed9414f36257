package jobs_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/server/jobs"
	"trappedinart/server/store"
)

// Pictures that few people have are painted from by a server too, or the job says in one
// sentence why not.
func TestRarePictures(t *testing.T) {
	b := open(t, store.Options{Dir: t.TempDir(), Listen: "127.0.0.1:0"}, jobs.Options{})
	b.work(jobs.Worker{Runner: painter()})
	corpus := func(name string) engine.File {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("..", "..", "engine", "pixel", "testdata", "corpus", name))
		if err != nil {
			t.Fatal(err)
		}
		return engine.File{Name: name, Data: data}
	}
	panorama := picture(10000, 20)
	panorama.Name = "panorama.png"
	for _, c := range []struct {
		name    string
		content engine.File
		styles  int
		says    string // "" if it is painted
	}{
		{"YCCK", corpus("jpeg_ycck.jpg"), 1, ""},
		{"turned", corpus("tiff_big_tiles.tif"), 1, ""},
		{"12 bits", corpus("jpeg_12_bits.jpg"), 1, `"jpeg_12_bits.jpg" is a JPEG with 12 bits`},
		{"panorama", panorama, 1, `"panorama.png" is too narrow`},
		{"twelve styles", picture(64, 48), 12, ""},
	} {
		req := request(1)
		req.Recipe.Size, req.Recipe.Weights = 32, "small"
		req.Content, req.Styles = c.content, slices.Repeat([]engine.File{picture(32, 32)}, c.styles)
		s := b.until(b.submit(req), jobs.Status.Final)
		if want := map[bool]string{true: api.Done, false: api.Failed}[c.says == ""]; s.State != want {
			t.Errorf("%s: it is %s, %v", c.name, s.State, s.Err)
		}
		if c.says != "" && (s.Err == nil || !strings.Contains(s.Err.Message, c.says)) {
			t.Errorf("%s: it says %v, want %q", c.name, s.Err, c.says)
		}
	}
}
