package command

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/pixel"
)

// outFlags say where a picture goes.
type outFlags struct {
	path   string
	depth  int
	force  bool
	format pixel.Format // once it was checked
}

func (f *outFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.path, "out", "", "where the result goes: a .png, .jpg, .webp (lossless) or .tif file")
	cmd.Flags().IntVar(&f.depth, "depth", 8, "bits to a channel of a .png file, 8 or 16; .tif files always have 16")
	cmd.Flags().BoolVar(&f.force, "force", false, "write the result even over a file that the command reads")
}

func (f *outFlags) deep() bool { return f.depth == 16 || f.format == pixel.TIFF }

// check finds out in which format the picture is written, and that its folder is there.
func (f *outFlags) check() (err error) {
	if f.path == "" {
		return wrongUse("Stylize needs --out; see trapped stylize --help.")
	}
	if f.format, err = pixel.FormatOf(f.path); err != nil {
		return err
	}
	switch {
	case f.depth != 8 && f.depth != 16:
		return wrongUse("A channel has 8 or 16 bits: give --depth 8 or --depth 16.")
	case f.depth == 16 && (f.format == pixel.JPEG || f.format == pixel.WebP):
		return wrongUse("Only .png and .tif files have 16 bits to a channel; name one with --out, or leave out --depth.")
	}
	if _, err := os.Stat(filepath.Dir(followed(f.path))); err != nil {
		return unwritable(f.path, err)
	}
	return nil
}

// reserve finds out before the work whether a picture of that size can be written, and
// that no file is in its place that the command reads, or its checkpoint.
func (f *outFlags) reserve(size image.Point, inputs []string, checkpoint string) error {
	if checkpoint != "" && samePath(f.path, checkpoint) {
		return wrongUse("--out and --checkpoint are both %s: name two files.", f.path)
	}
	if input := sameFile(f.path, inputs); input != "" && !f.force {
		return wrongUse("The result would be written over %s, which this command reads: name another file with --out, or add --force.", input)
	}
	return writable(f.path, f.bytes(size))
}

// bytes is about how long the file of a picture of that size is at least.
func (f *outFlags) bytes(size image.Point) int64 {
	places := int64(size.X) * int64(size.Y)
	switch {
	case f.deep():
		return 4 * places
	case f.format == pixel.JPEG:
		return places / 4
	}
	return places
}

// write writes a result. If that fails, the picture is put where temporary files are, as it
// may have taken hours, and the error says where.
func (f *outFlags) write(res *engine.Result) error {
	var data bytes.Buffer
	if err := pixel.EncodeResult(&data, res, f.format, f.depth == 16); err != nil {
		return err
	}
	err := writeWhole(f.path, data.Bytes(), 0o644)
	if err == nil {
		return nil
	}
	kept, keepErr := os.CreateTemp("", "trapped-*"+filepath.Ext(f.path))
	if keepErr != nil {
		return err
	}
	_, keepErr = kept.Write(data.Bytes())
	if keepErr = errors.Join(keepErr, kept.Close()); keepErr != nil {
		return errors.Join(err, os.Remove(kept.Name()))
	}
	return &engine.Error{Code: engine.Unwritable, Message: fmt.Sprintf("%s The picture was saved as %s instead.", engine.AsError(err).Message, kept.Name()), Err: err}
}

// sameFile returns which of the paths is the file at path, whatever links lead there, or "".
func sameFile(path string, paths []string) string {
	out, err := os.Stat(path)
	if err != nil {
		return ""
	}
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && os.SameFile(out, info) {
			return p
		}
	}
	return ""
}

// samePath says whether two paths are of one file, which need not be there yet.
func samePath(a, b string) bool {
	if sameFile(a, []string{b}) != "" {
		return true
	}
	x, errX := filepath.Abs(followed(a))
	y, errY := filepath.Abs(followed(b))
	return errX == nil && errY == nil && x == y
}

// followed returns the file that a path leads to by links, which need not be there yet.
func followed(path string) string {
	const most = 40 // as the system's own bound
	for range most {
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}

// newFile makes the files that take the place of others once they are whole. Tests have it
// make files on a full disk.
var newFile = os.CreateTemp

// writable finds out whether a file of so many bytes can be written at path, leaving
// nothing behind.
func writable(path string, bytes int64) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return engine.Errorf(engine.Unwritable, "%s is a folder; name a file in it.", path)
	}
	f, err := newFile(filepath.Dir(followed(path)), ".trapped-*")
	if err != nil {
		return unwritable(path, err)
	}
	defer os.Remove(f.Name())
	block := make([]byte, 1<<20)
	for n := bytes; n > 0 && err == nil; n -= int64(len(block)) {
		_, err = f.Write(block[:min(n, int64(len(block)))])
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return unwritable(path, err)
	}
	return nil
}

func unwritable(path string, err error) error {
	cause := err
	var of *os.PathError
	if errors.As(err, &of) {
		cause = of.Err
	} else if inner := errors.Unwrap(err); inner != nil {
		cause = inner
	}
	return &engine.Error{Code: engine.Unwritable, Message: fmt.Sprintf("%s cannot be written: %v.", path, cause), Err: err}
}

// writeWhole writes the whole file or none of it, to where links lead.
func writeWhole(path string, data []byte, mode os.FileMode) error {
	to := followed(path)
	f, err := newFile(filepath.Dir(to), ".trapped-*")
	if err != nil {
		return unwritable(path, err)
	}
	defer os.Remove(f.Name()) // gone by then if all went well
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync() // some disks say only now that they are full
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), to)
	}
	if err != nil {
		return unwritable(path, err)
	}
	return nil
}
