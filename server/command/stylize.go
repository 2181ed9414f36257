package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
	"trappedinart/engine/transfer"
)

// stylizeFlags are the flags of trapped stylize.
type stylizeFlags struct {
	content     string
	estimate    bool
	out         outFlags
	compute     computeFlags
	masks       maskFlags
	checkpoints checkpointFlags
	memory      memoryFlag
	recipe      *recipeFlags
}

// newStylizeCommand makes a painting of files.
func newStylizeCommand() *cobra.Command {
	var f stylizeFlags
	cmd := &cobra.Command{
		Use:     "stylize",
		Short:   "Make a painting of a photograph",
		Example: "  trapped stylize --content photo.jpg --style painting.jpg --style other.jpg:0.5 --size 1024 --out result.png",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&f.content, "content", "", "the photograph: a JPEG, PNG, WebP, GIF, BMP or TIFF file")
	cmd.Flags().BoolVar(&f.estimate, "estimate", false, "print how long the painting takes and how much memory it needs, and paint nothing")
	f.out.add(cmd)
	f.memory.add(cmd)
	f.masks.add(cmd)
	f.checkpoints.add(cmd)
	f.compute.add(cmd, fastest)
	f.recipe = addRecipeFlags(cmd, engine.Painterly)
	require(cmd, "content", "style")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		req, err := f.request()
		if err != nil {
			return err
		}
		runner, err := f.runner(cmd.Context())
		if err != nil {
			return err
		}
		if f.estimate {
			tell := func(line string) { fmt.Fprintln(cmd.OutOrStdout(), line) }
			e, err := runner.Estimate(engine.WithNotes(cmd.Context(), tell), req)
			if err == nil {
				tell(estimated(e))
			}
			return err
		}
		return f.paint(cmd, runner, req)
	}
	return cmd
}

// request reads the files that the flags name. Mistakes that would spoil the end are found
// here, before the work.
func (f *stylizeFlags) request() (req engine.Request, err error) {
	names, err := f.checkpoints.begin(&req, f.recipe)
	if err != nil {
		return req, err
	}
	if !f.estimate {
		if err := f.out.check(); err != nil {
			return req, err
		}
	}
	if req.Content, err = readFile(f.content); err != nil {
		return req, err
	}
	for _, name := range names {
		style, err := readFile(name)
		if err != nil {
			return req, err
		}
		req.Styles = append(req.Styles, style)
	}
	if err := f.masks.read(&req); err != nil {
		return req, err
	}
	if err := f.checkpoints.ask(&req); err != nil || f.estimate {
		return req, err
	}
	return req, f.out.reserve(resultSize(&req), inputs(&req, f.recipe.file, f.checkpoints.resume), f.checkpoints.file)
}

func (f *stylizeFlags) runner(ctx context.Context) (*transfer.Runner, error) {
	be, err := f.compute.backend(ctx)
	if err != nil {
		return nil, err
	}
	return &transfer.Runner{
		Backend: be, Fallback: f.compute.fallback(be), Weights: f.compute.store().Load, Decode: pixel.Decode,
		Deep: f.out.deep(), MemoryLimit: f.memory.limit(),
	}, nil
}

// paint paints, and writes what there is in the end, also of a run that was interrupted.
func (f *stylizeFlags) paint(cmd *cobra.Command, runner *transfer.Runner, req engine.Request) error {
	show := newReporter(cmd.ErrOrStderr())
	var unkept error // why the first of the checkpoints is missing; the picture matters more
	res, err := runner.Run(cmd.Context(), req, func(p engine.Progress) {
		show.report(p)
		unkept = cmp.Or(unkept, f.checkpoints.keep(p.Checkpoint))
	})
	show.end()
	if res == nil {
		return errors.Join(unkept, err)
	}
	unkept = cmp.Or(unkept, f.checkpoints.keep(res.Checkpoint))
	if unwritten := f.out.write(res); unwritten != nil {
		return errors.Join(unwritten, unkept, err)
	}
	tell := func(line string) { fmt.Fprintln(cmd.ErrOrStderr(), line) }
	tell(fmt.Sprintf("%s: %d x %d, %d iterations in %.1f s; relative style distance %.2g.",
		f.out.path, res.Picture.Rect.Dx(), res.Picture.Rect.Dy(), res.Iterations, res.Elapsed, res.StyleDistance))
	for _, note := range res.Notes {
		if !slices.Contains(show.told, note) {
			tell(note)
		}
	}
	if slices.ContainsFunc(append([]engine.File{req.Content}, req.Styles...), pixel.HasPosition) {
		tell("The photograph's GPS position and other personal data are not in the result.")
	}
	return errors.Join(unkept, err)
}

// estimated is an estimate as a sentence.
func estimated(e engine.Estimate) string {
	blocks := "as a whole"
	if e.Blocks > 1 {
		blocks = fmt.Sprintf("in %d blocks", e.Blocks)
	}
	return fmt.Sprintf("%d pixels take about %s and %s of memory, painted %s.", e.Size, max(e.Time.Duration(), time.Second).Round(time.Second), transfer.FormatBytes(e.Bytes), blocks)
}

// inputs are the files that a request was read from, with other paths, of which "" is none.
func inputs(req *engine.Request, others ...string) []string {
	paths := others
	for _, list := range [][]engine.File{{req.Content, req.Keep, req.Palette, req.StartPicture, req.Smaller}, req.Styles, req.Masks, req.StyleMasks} {
		for _, f := range list {
			paths = append(paths, f.Name)
		}
	}
	return slices.DeleteFunc(paths, func(path string) bool { return path == "" })
}

// resultSize is the size of the result, or nothing if the photograph has none, of which
// its decoder will speak.
func resultSize(req *engine.Request) image.Point {
	w, h, err := pixel.Size(req.Content)
	if err != nil {
		return image.Point{}
	}
	longer := req.Recipe.Size
	if longer == engine.SizeAuto { // no more than that
		longer = max(w, h)
	}
	return image.Pt(pixel.Fit(w, h, longer))
}

func readFile(path string) (engine.File, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return engine.File{}, unreadable("picture", path, err)
	case info.IsDir():
		return engine.File{}, engine.Errorf(engine.Unreadable, "%s is a folder. Name a picture in it.", path)
	case info.Size() > pixel.MaxFileBytes:
		return engine.File{}, engine.Errorf(engine.TooLarge, "%s is larger than %d MiB. Save it smaller.", path, pixel.MaxFileBytes>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return engine.File{}, unreadable("picture", path, err)
	}
	return engine.File{Name: path, Data: data}, nil
}

// readPictures reads and decodes pictures.
func readPictures(ctx context.Context, paths ...string) ([]*image.NRGBA, error) {
	pictures := make([]*image.NRGBA, len(paths))
	for i, path := range paths {
		f, err := readFile(path)
		if err != nil {
			return nil, err
		}
		if pictures[i], err = pixel.Decode(ctx, f); err != nil {
			return nil, err
		}
	}
	return pictures, nil
}

func unreadable(what, path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(engine.Unreadable, "There is no %s %s.", what, path)
	}
	return &engine.Error{Code: engine.Unreadable, Message: fmt.Sprintf("The %s %s cannot be read: %v.", what, path, errors.Unwrap(err)), Err: err}
}
