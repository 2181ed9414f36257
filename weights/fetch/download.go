//go:build !js

package fetch

import (
	"context"
	"crypto/md5" // as Keras publishes it: it finds broken downloads
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"trappedinart/engine"
)

// A Download is a published file on its way to a directory: in a .part while it is not
// whole, with the server's name for this version of it in an .etag. The download goes on
// after the process ended, however it did.
type Download struct {
	Published
	Dir  string // made if it is missing
	Flag string // what gives another address, for sentences

	// Report, if it is set, is told how many bytes there are and will be, 0 if the server
	// does not say, and once that is done that they are being checked.
	Report func(have, total int64, checking bool)

	faults faults
}

// faults are what tests change, and what they hear.
type faults struct {
	create   func(path string) (file, error)
	free     func(dir string) (int64, error)
	patience time.Duration // how long nothing may come
	heard    func(Status)
}

// A file is what a .part is to a download.
type file interface {
	io.WriteSeeker
	io.Closer
	Truncate(size int64) error
}

// patience is how long nothing may come of an answer that has begun.
const patience = time.Minute

func (d *Download) path() string { return filepath.Join(d.Dir, d.base()) }
func (d *Download) part() string { return d.path() + ".part" }
func (d *Download) etag() string { return d.path() + ".etag" }

// Run leaves the whole file at the path that it returns, and nothing else. The error is an
// *engine.Error whose sentence says what to do, or the context's.
func (d *Download) Run(ctx context.Context) (path string, err error) {
	if d.whole(ctx, d.path()) == nil { // what could not be taken in last time
		return d.path(), nil
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return "", unwritable(d.Dir, err)
	}
	unlock, err := lock(d.part())
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := d.get(ctx); err != nil {
		if st, missing := os.Stat(d.part()); missing == nil && st.Size() == 0 {
			d.forget()
		}
		return "", err
	}
	if err := d.whole(ctx, d.part()); err != nil {
		if ctx.Err() == nil {
			d.forget()
		}
		return "", err
	}
	if err := os.Rename(d.part(), d.path()); err != nil {
		return "", unwritable(d.path(), err)
	}
	d.forget()
	return d.path(), nil
}

// Have returns how many bytes are there that a download would go on from.
func (d *Download) Have() int64 {
	if st, err := os.Stat(d.path()); err == nil {
		return st.Size()
	}
	st, err := os.Stat(d.part())
	if err != nil || d.version() == "" {
		return 0
	}
	return st.Size()
}

// version is the server's name for what there is, or "" if it gave none.
func (d *Download) version() string {
	data, _ := os.ReadFile(d.etag()) // it is as good as none if it cannot be read
	return string(data)
}

// forget removes what there is of an unfinished download.
func (d *Download) forget() {
	os.Remove(d.part())
	os.Remove(d.etag())
}

// whole compares a file's checksum with the published one.
func (d *Download) whole(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	d.report(st.Size(), st.Size(), true)
	var sum hash.Hash = sha256.New()
	name, want := "SHA-256", d.SHA256
	if want == "" {
		sum, name, want = md5.New(), "MD5", d.MD5
	}
	if _, err := io.Copy(sum, &untilDone{ctx, f}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return engine.Errorf(engine.InvalidWeights, "The file from %s is not the published one (its %s is %s, not %s), and was removed; try again, or give another address with %s.", d.from(), name, got, want, d.Flag)
	}
	return nil
}

// untilDone is a reader that ends with a context.
type untilDone struct {
	ctx context.Context
	io.Reader
}

func (u *untilDone) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}

func (d *Download) report(have, total int64, checking bool) {
	if d.Report != nil {
		d.Report(have, total, checking)
	}
}

func openPart(path string) (file, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) }

// get downloads what is missing of the file to the .part.
func (d *Download) get(ctx context.Context) error {
	create := d.faults.create
	if create == nil {
		create = openPart
	}
	f, err := create(d.part())
	if err != nil {
		return unwritable(d.part(), err)
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return unwritable(d.part(), err)
	}
	version := d.version()
	switch {
	case version == "" || have > d.most():
		have = 0 // of which version it is a part cannot be known
	case d.Size > 0 && have == d.Size:
		return nil // the checksum tells whether it is the right file
	}
	ctx, hurry := context.WithCancelCause(ctx)
	defer hurry(nil)
	answer, err := d.ask(ctx, have, version)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return nil // there is no more
	case answer.StatusCode == http.StatusPartialContent && begins(answer) == have && have > 0:
	case answer.StatusCode == http.StatusOK:
		have = 0
	default:
		return engine.Errorf(engine.Unavailable, "%s answers %s; %s", d.from(), answer.Status, d.instead())
	}
	total, err := d.fits(answer, have)
	if err != nil {
		return err
	}
	if have == 0 {
		if err := d.keepVersion(answer); err != nil {
			return err
		}
	}
	if err := f.Truncate(have); err != nil {
		return unwritable(d.part(), err)
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return unwritable(d.part(), err)
	}
	return d.receive(ctx, hurry, f, answer.Body, have, total)
}

// fits says how many bytes there will be, 0 if the answer does not say, or why what it
// brings is not taken: nothing has been written by then.
func (d *Download) fits(answer *http.Response, have int64) (total int64, err error) {
	if kind := answer.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") {
		return 0, engine.Errorf(engine.Unavailable, "%s hands out a web page in place of the file; %s", d.from(), d.instead())
	}
	if answer.ContentLength >= 0 {
		total = have + answer.ContentLength
	}
	switch {
	case total > d.most():
		return 0, engine.Errorf(engine.TooLarge, "%s has %s, more than the file that was published; give another address with %s.", d.from(), megabytes(total), d.Flag)
	case total > 0 && total < d.Size:
		return 0, engine.Errorf(engine.InvalidWeights, "%s has %s, less than the file that was published; give another address with %s.", d.from(), megabytes(total), d.Flag)
	}
	free := d.faults.free
	if free == nil {
		free = freeBytes
	}
	total = max(total, d.Size)
	// In 8 bits it has a sixth of its size.
	if room, err := free(d.Dir); err == nil && room < total-have+total/4 {
		return 0, d.noRoom(have, total)
	}
	return total, nil
}

// receive writes an answer to f.
func (d *Download) receive(ctx context.Context, hurry context.CancelCauseFunc, f file, body io.Reader, have, total int64) error {
	wait := d.faults.patience
	if wait == 0 {
		wait = patience
	}
	late := time.AfterFunc(wait, func() { hurry(errSilent) })
	defer late.Stop()
	d.report(have, total, false)
	buffer := make([]byte, 256<<10)
	for {
		n, err := body.Read(buffer)
		late.Reset(wait)
		if have+int64(n) > d.most() {
			d.forget()
			return engine.Errorf(engine.TooLarge, "%s has more bytes than the file that was published; give another address with %s.", d.from(), d.Flag)
		}
		if n, err := f.Write(buffer[:n]); err != nil {
			return d.full(err, have+int64(n), total)
		}
		have += int64(n)
		d.report(have, total, false)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && context.Cause(ctx) != nil && !errors.Is(context.Cause(ctx), errSilent):
			return context.Cause(ctx)
		case err != nil:
			if errors.Is(context.Cause(ctx), errSilent) {
				err = errSilent
			}
			return &engine.Error{Code: engine.Unavailable, Message: fmt.Sprintf("The download broke off after %d bytes (%v); start it again, and it goes on there if the server can.", have, err), Err: errBrokeOff}
		}
	}
}

var (
	errSilent   = errors.New("nothing more came")
	errBrokeOff = errors.New("broke off") // marks what is worth another try at once
)

// full is the error for a file that cannot be written on. The bytes before stay.
func (d *Download) full(err error, have, total int64) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return d.noRoom(have, total)
	}
	return unwritable(d.part(), err)
}

func (d *Download) noRoom(have, total int64) error {
	rest := "what is to come"
	if total > have {
		rest = "the " + megabytes(total-have) + " to come"
	}
	return engine.Errorf(engine.Unwritable, "The disk of %s has no room for %s; free some and start it again, and it goes on where it was.", d.Dir, rest)
}

// keepVersion notes the version of a download that begins anew: a strong ETag, which
// alone proves that bytes are the same.
func (d *Download) keepVersion(answer *http.Response) error {
	version := answer.Header.Get("ETag")
	if !strings.HasPrefix(version, `"`) {
		if err := os.Remove(d.etag()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(d.etag(), err)
		}
		return nil
	}
	if err := os.WriteFile(d.etag(), []byte(version), 0o600); err != nil {
		return unwritable(d.etag(), err)
	}
	return nil
}

// unwritable is the error of an unwritable file, with the cause in the system's words.
func unwritable(path string, err error) error {
	cause := err
	if inner := errors.Unwrap(err); inner != nil {
		cause = inner
	}
	return &engine.Error{Code: engine.Unwritable, Message: fmt.Sprintf("%s cannot be written: %v.", path, cause), Err: err}
}
