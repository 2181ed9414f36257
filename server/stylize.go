package main

import (
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

// newStylizeCommand makes a painting of files.
func newStylizeCommand() *cobra.Command {
	var (
		content     string
		out         outFlags
		compute     computeFlags
		masks       maskFlags
		checkpoints checkpointFlags
		memory      memoryFlag
		estimate    bool
	)
	cmd := &cobra.Command{
		Use:     "stylize",
		Short:   "Make a painting of a photograph",
		Example: "  trapped stylize --content photo.jpg --style painting.jpg --style other.jpg:0.5 --size 1024 --out result.png",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&content, "content", "", "the photograph: a JPEG, PNG, WebP, GIF, BMP or TIFF file")
	cmd.Flags().BoolVar(&estimate, "estimate", false, "say how long it takes and how much memory, and paint nothing")
	out.add(cmd)
	memory.add(cmd)
	masks.add(cmd)
	checkpoints.add(cmd)
	compute.add(cmd)
	recipe := addRecipeFlags(cmd, engine.Painterly)
	require(cmd, "content", "style")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		var req engine.Request
		names, err := checkpoints.begin(&req, recipe)
		if err != nil {
			return err
		}
		// Whatever would spoil the end is found before the work.
		if !estimate {
			if err := out.check(); err != nil {
				return err
			}
		}
		if req.Content, err = readFile(content); err != nil {
			return err
		}
		for _, name := range names {
			style, err := readFile(name)
			if err != nil {
				return err
			}
			req.Styles = append(req.Styles, style)
		}
		if err := masks.read(&req); err != nil {
			return err
		}
		if err := checkpoints.ask(&req); err != nil {
			return err
		}
		if !estimate {
			if err := out.reserve(resultSize(&req), inputs(&req, recipe.file, checkpoints.resume), checkpoints.file); err != nil {
				return err
			}
		}
		be, err := compute.backend()
		if err != nil {
			return err
		}
		runner := &transfer.Runner{
			Backend: be, Fallback: compute.fallback(be), Weights: compute.store().Load, Decode: pixel.Decode,
			Deep: out.deep(), MemoryBudget: memory.budget(),
		}
		if estimate {
			e, err := runner.Estimate(ctx, req)
			if err == nil {
				fmt.Fprintln(cmd.OutOrStdout(), estimated(e))
			}
			return err
		}
		show := newReporter(cmd.ErrOrStderr())
		var keepErr error
		res, runErr := runner.Run(ctx, req, func(p engine.Progress) {
			show.report(p)
			if err := checkpoints.keep(p.Checkpoint); err != nil && keepErr == nil {
				keepErr = err // the picture matters more
			}
		})
		show.end()
		if keepErr != nil {
			runErr = errors.Join(keepErr, runErr)
		}
		if res != nil {
			if err := checkpoints.keep(res.Checkpoint); err != nil {
				runErr = errors.Join(err, runErr)
			}
			if err := out.write(res); err != nil {
				return errors.Join(err, runErr)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d x %d, %d iterations in %.1f s; relative style distance %.2g.\n", out.path, res.Picture.Rect.Dx(), res.Picture.Rect.Dy(), res.Iterations, res.Elapsed, res.StyleDistance)
			for _, note := range res.Notes {
				if !slices.Contains(show.told, note) {
					fmt.Fprintln(cmd.ErrOrStderr(), note)
				}
			}
			if slices.ContainsFunc(append([]engine.File{req.Content}, req.Styles...), pixel.HasPosition) {
				fmt.Fprintln(cmd.ErrOrStderr(), "The photograph's GPS position and other personal data are not in the result.")
			}
		}
		return runErr
	}
	return cmd
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
	for _, list := range [][]engine.File{{req.Content, req.Keep, req.StartPicture, req.Smaller}, req.Styles, req.Masks, req.StyleMasks} {
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
		return engine.File{}, engine.Errorf(engine.Unreadable, "%s is a folder; name a picture in it.", path)
	case info.Size() > pixel.MaxFileBytes:
		return engine.File{}, engine.Errorf(engine.TooLarge, "%s has more than %d MiB; save it smaller.", path, pixel.MaxFileBytes>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return engine.File{}, unreadable("picture", path, err)
	}
	return engine.File{Name: path, Data: data}, nil
}

func readPicture(ctx context.Context, path string) (*image.NRGBA, error) {
	f, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return pixel.Decode(ctx, f)
}

func unreadable(what, path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return engine.Errorf(engine.Unreadable, "There is no %s %s.", what, path)
	}
	return &engine.Error{Code: engine.Unreadable, Message: fmt.Sprintf("The %s %s cannot be read: %v.", what, path, errors.Unwrap(err)), Err: err}
}
