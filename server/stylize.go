package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
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
		content, out string
		depth        int
		compute      computeFlags
		masks        maskFlags
		checkpoints  checkpointFlags
		memory       memoryFlag
		estimate     bool
	)
	cmd := &cobra.Command{
		Use:     "stylize",
		Short:   "Make a painting of a photograph",
		Example: "  trapped stylize --content photo.jpg --style painting.jpg --style other.jpg:0.5 --size 1024 --out result.png",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&content, "content", "", "the photograph: a JPEG, PNG, WebP, GIF, BMP or TIFF file")
	cmd.Flags().StringVar(&out, "out", "", "where the result goes: a .png, .jpg, .webp (lossless) or .tif file")
	cmd.Flags().IntVar(&depth, "depth", 8, "bits to a channel of a .png file, 8 or 16; .tif files always have 16")
	cmd.Flags().BoolVar(&estimate, "estimate", false, "say how long it takes and how much memory, and paint nothing")
	memory.add(cmd)
	masks.add(cmd)
	checkpoints.add(cmd)
	compute.add(cmd)
	recipe := addRecipeFlags(cmd, engine.Painterly)
	require(cmd, "content", "style")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		r, names, err := recipe.withStyles()
		if err != nil {
			return err
		}
		// Whatever would spoil the end is found before the work.
		var format pixel.Format
		if !estimate {
			if format, err = checkOut(out, depth); err != nil {
				return err
			}
		}
		req := engine.Request{Recipe: r}
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
		be, err := compute.backend()
		if err != nil {
			return err
		}
		budget, err := memory.budget()
		if err != nil {
			return err
		}
		runner := &transfer.Runner{
			Backend: be, Fallback: compute.fallback(be), Weights: compute.store().Load, Decode: pixel.Decode,
			Deep: depth == 16 || format == pixel.TIFF, MemoryBudget: budget,
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
			if err := writePicture(out, res, format, depth == 16); err != nil {
				return errors.Join(err, runErr)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: %d x %d, %d iterations in %.1f s; relative style distance %.2g.\n", out, res.Picture.Rect.Dx(), res.Picture.Rect.Dy(), res.Iterations, res.Elapsed, res.StyleDistance)
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

// checkOut finds out whether a result can be written at path, and in which format.
func checkOut(path string, depth int) (pixel.Format, error) {
	if path == "" {
		return "", wrongUse("Stylize needs --out; see trapped stylize --help.")
	}
	format, err := pixel.FormatOf(path)
	if err == nil {
		err = checkDepth(depth, format)
	}
	if err == nil {
		err = writable(path)
	}
	return format, err
}

// estimated is an estimate as a sentence.
func estimated(e engine.Estimate) string {
	blocks := "as a whole"
	if e.Blocks > 1 {
		blocks = fmt.Sprintf("in %d blocks", e.Blocks)
	}
	return fmt.Sprintf("It takes about %s and %s of memory, painted %s.", max(e.Time.Duration(), time.Second).Round(time.Second), transfer.FormatBytes(e.Bytes), blocks)
}

func checkDepth(depth int, format pixel.Format) error {
	switch {
	case depth != 8 && depth != 16:
		return wrongUse("A channel has 8 or 16 bits: give --depth 8 or --depth 16.")
	case depth == 16 && (format == pixel.JPEG || format == pixel.WebP):
		return wrongUse("Only .png and .tif files have 16 bits to a channel; name one with --out, or leave out --depth.")
	}
	return nil
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

// writable finds out whether a file can be written at path, leaving nothing behind.
func writable(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return engine.Errorf(engine.Unwritable, "%s is a folder; name a file in it.", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".trapped-*")
	if err != nil {
		return unwritable(path, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

func unwritable(path string, err error) error {
	cause := err
	if inner := errors.Unwrap(err); inner != nil {
		cause = inner
	}
	return &engine.Error{Code: engine.Unwritable, Message: fmt.Sprintf("%s cannot be written: %v.", path, cause), Err: err}
}

// writePicture writes a result as a file.
func writePicture(path string, res *engine.Result, format pixel.Format, deep bool) error {
	var data bytes.Buffer
	if err := pixel.EncodeResult(&data, res, format, deep); err != nil {
		return err
	}
	return writeWhole(path, data.Bytes(), 0o644)
}

// writeWhole writes the whole file or none of it.
func writeWhole(path string, data []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".trapped-*")
	if err != nil {
		return unwritable(path, err)
	}
	defer os.Remove(f.Name()) // gone by then if all went well
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return unwritable(path, err)
	}
	return nil
}
