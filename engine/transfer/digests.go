package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"trappedinart/engine"
)

// digests are the SHA-256 of the files that a checkpoint was made with, in hexadecimal, ""
// for a file that was not given. Lists are as long as there are styles.
type digests struct {
	Content    string   `json:"content"`
	Styles     []string `json:"styles"`
	Masks      []string `json:"masks"`
	StyleMasks []string `json:"style_masks"`
	Keep       string   `json:"keep"`
	Palette    string   `json:"palette,omitempty"`
	Start      string   `json:"start"`
	Smaller    string   `json:"smaller,omitempty"`
}

// digest returns the digests of a request's files.
func digest(req *engine.Request) digests {
	of := func(f engine.File) string {
		if len(f.Data) == 0 {
			return ""
		}
		sum := sha256.Sum256(f.Data)
		return hex.EncodeToString(sum[:])
	}
	list := func(files []engine.File) []string {
		all := make([]string, len(req.Styles))
		for i, f := range files[:min(len(files), len(all))] {
			all[i] = of(f)
		}
		return all
	}
	d := digests{Content: of(req.Content), Styles: list(req.Styles), Masks: list(req.Masks), StyleMasks: list(req.StyleMasks), Keep: of(req.Keep), Palette: of(req.Palette), Smaller: of(req.Smaller)}
	if req.Recipe.Start == engine.StartPicture {
		d.Start = of(req.StartPicture)
	}
	return d
}

// wellFormed says whether every digest is one or "", and lists are as long as each other.
func (d *digests) wellFormed() bool {
	all := append([]string{d.Content, d.Keep, d.Palette, d.Start, d.Smaller}, d.Styles...)
	for _, s := range append(append(all, d.Masks...), d.StyleMasks...) {
		if _, err := hex.DecodeString(s); err != nil || s != "" && len(s) != hex.EncodedLen(sha256.Size) {
			return false
		}
	}
	n := len(d.Styles)
	return n <= engine.MaxStyles && len(d.Masks) == n && len(d.StyleMasks) == n
}

// check says which file of a request is another than the checkpoint was made with.
func (d *digests) check(req *engine.Request) error {
	const advice = "Give the pictures it was made with, or start a new painting."
	wrong := func(format string, args ...any) error {
		return engine.Errorf(engine.InvalidPicture, "%s %s", fmt.Sprintf(format, args...), advice)
	}
	if a, b := len(req.Styles), len(d.Styles); a != b {
		return wrong("The checkpoint was made with %d style pictures, not %d.", b, a)
	}
	now := digest(req)
	compare := func(was, is string, f engine.File, what string) error {
		switch {
		case was == is:
			return nil
		case was == "":
			return wrong("The checkpoint was made without %s, and %s is given.", what, f.Name)
		case is == "":
			return wrong("The checkpoint was made with %s, and none is given.", what)
		}
		return wrong("The checkpoint was made with another file for %s than %s.", what, f.Name)
	}
	at := func(files []engine.File, i int) engine.File {
		if i < len(files) {
			return files[i]
		}
		return engine.File{}
	}
	if err := compare(d.Content, now.Content, req.Content, "the photograph"); err != nil {
		return err
	}
	for i := range d.Styles {
		if err := compare(d.Styles[i], now.Styles[i], req.Styles[i], fmt.Sprintf("style picture %d", i+1)); err != nil {
			return err
		}
		if err := compare(d.Masks[i], now.Masks[i], at(req.Masks, i), fmt.Sprintf("the mask of style %d", i+1)); err != nil {
			return err
		}
		if err := compare(d.StyleMasks[i], now.StyleMasks[i], at(req.StyleMasks, i), fmt.Sprintf("the mask on style picture %d", i+1)); err != nil {
			return err
		}
	}
	if err := compare(d.Keep, now.Keep, req.Keep, "the mask of the kept area"); err != nil {
		return err
	}
	if err := compare(d.Palette, now.Palette, req.Palette, "the palette"); err != nil {
		return err
	}
	if err := compare(d.Start, now.Start, req.StartPicture, "the picture to start from"); err != nil {
		return err
	}
	return compare(d.Smaller, now.Smaller, req.Smaller, "the smaller painting")
}
