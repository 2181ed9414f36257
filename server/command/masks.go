package command

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"trappedinart/engine"
)

// maskFlags name the pictures besides photograph and paintings.
type maskFlags struct {
	masks, styleMasks []string
	keep, start       string
	palette           string
}

func (f *maskFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&f.masks, "mask", nil,
		"a picture that is white where a style is painted on the photograph: 2=mask.png is the second style's mask, mask.png alone that of the first style without one; may be repeated")
	cmd.Flags().StringArrayVar(&f.styleMasks, "style-mask", nil,
		"a picture that is white where a style picture is the style, given like --mask; may be repeated")
	cmd.Flags().StringVar(&f.keep, "keep", "", "a picture that is white where the photograph stays unchanged")
	cmd.Flags().StringVar(&f.palette, "palette", "", "a picture that gives the result its colours instead of the painting's; --palette-colours sets how much")
	cmd.Flags().StringVar(&f.start, "start-picture", "", "the picture to start from; implies --start picture")
}

// read reads the files into a request that has its styles.
func (f *maskFlags) read(req *engine.Request) error {
	var err error
	if req.Masks, err = readMasks(f.masks, len(req.Styles)); err != nil {
		return err
	}
	if req.StyleMasks, err = readMasks(f.styleMasks, len(req.Styles)); err != nil {
		return err
	}
	if f.keep != "" {
		if req.Keep, err = readFile(f.keep); err != nil {
			return err
		}
	}
	if f.palette != "" {
		if req.Palette, err = readFile(f.palette); err != nil {
			return err
		}
	}
	if f.start != "" {
		if req.Checkpoint != nil && req.Recipe.Start != engine.StartPicture {
			return wrongUse("The checkpoint's painting did not start from a picture. Leave out --start-picture or --resume.")
		}
		req.Recipe.Start = engine.StartPicture
		req.StartPicture, err = readFile(f.start)
	}
	return err
}

// readMasks reads masks, each into the place of its style.
func readMasks(given []string, styles int) ([]engine.File, error) {
	if len(given) == 0 {
		return nil, nil
	}
	files := make([]engine.File, styles)
	for _, text := range given {
		at, path := -1, text
		if number, rest, ok := strings.Cut(text, "="); ok {
			if n, err := strconv.Atoi(number); err == nil {
				at, path = n-1, rest
			}
		}
		if at < 0 && path == text {
			for at = 0; at < styles && files[at].Data != nil; {
				at++
			}
		}
		if at < 0 || at >= styles {
			return nil, wrongUse("The mask %s belongs to no style. There are %d styles, counted from 1.", text, styles)
		}
		if files[at].Data != nil {
			return nil, wrongUse("Style %d has two masks. Give it one.", at+1)
		}
		var err error
		if files[at], err = readFile(path); err != nil {
			return nil, err
		}
	}
	return files, nil
}
