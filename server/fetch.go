package main

import (
	"bufio"
	"context"
	"crypto/md5" // as Keras publishes it: it finds broken downloads
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/engine"
)

// A published file is one that can be fetched: where, and what proves it whole.
type publishedFile struct {
	url         string
	sha256, md5 string // one of them
	most        int64  // bytes, a little more than it has
	name        string // of the network
}

func (p *publishedFile) base() string { return p.url[strings.LastIndexByte(p.url, '/')+1:] }

var publishedFiles = map[string]publishedFile{
	"original": {
		url:  "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
		md5:  "253f8cb515780f3b799900260a226db6",
		most: 96 << 20,
		name: "vgg19",
	},
	"torchvision": {
		url:    "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
		sha256: "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
		most:   600 << 20,
		name:   "vgg19-torchvision",
	},
}

// How long a server may take to be reached and to begin its answer.
const (
	dialTimeout   = 5 * time.Second
	answerTimeout = 30 * time.Second
)

func newWeightsFetchCommand() *cobra.Command {
	im := &importing{}
	var address string
	cmd := &cobra.Command{
		Use:   "fetch [original|torchvision]",
		Short: "Download a VGG-19 and take it in",
		Long: "Download a VGG-19 from where it is published and take it in: the original as Keras has it\n" +
			"(80 MB), or torchvision's (548 MB). What was downloaded is kept in the data directory\n" +
			"if it breaks off, and the same command goes on there.",
	}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 1 || len(args) == 1 && publishedFiles[args[0]].url == "" {
			return wrongUse("Fetch takes original or torchvision.")
		}
		return nil
	}
	im.add(cmd, "")
	cmd.Flags().StringVar(&address, "url", "", "another address of the same file")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		what := "original"
		if len(args) == 1 {
			what = args[0]
		}
		p := publishedFiles[what]
		d := &download{publishedFile: p, dir: filepath.Join(im.data, "downloads"), from: p.url, progress: cmd.ErrOrStderr()}
		if address != "" {
			if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				return wrongUse("The --url begins with http:// or https:// and names a server; %.200q does not.", address)
			}
			d.from = address
		}
		if im.name == "" {
			im.name = p.name
		}
		if err := im.check(); err != nil {
			return err
		}
		if err := d.run(cmd.Context()); err != nil {
			return err
		}
		if err := im.run(cmd, d.path()); err != nil {
			return err
		}
		return os.Remove(d.path())
	}
	return cmd
}

// A download is a published file on its way to a directory: in a .part while it is
// not whole, with the server's name for this version of it in an .etag.
type download struct {
	publishedFile
	dir, from string
	progress  io.Writer
}

func (d *download) path() string { return filepath.Join(d.dir, d.base()) }
func (d *download) part() string { return d.path() + ".part" }
func (d *download) etag() string { return d.path() + ".etag" }

// run leaves the whole file at path, and nothing else.
func (d *download) run(ctx context.Context) error {
	if d.whole(ctx, d.path()) == nil { // what could not be taken in last time
		return nil
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return unwritable(d.dir, err)
	}
	if err := d.get(ctx); err != nil {
		return err
	}
	if err := d.whole(ctx, d.part()); err != nil {
		if ctx.Err() == nil {
			d.forget()
		}
		return err
	}
	if err := os.Rename(d.part(), d.path()); err != nil {
		return unwritable(d.path(), err)
	}
	d.forget()
	return nil
}

// forget removes what there is of an unfinished download.
func (d *download) forget() {
	os.Remove(d.part())
	os.Remove(d.etag())
}

// whole compares a file's checksum with the published one.
func (d *download) whole(ctx context.Context, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var sum hash.Hash = sha256.New()
	name, want := "SHA-256", d.sha256
	if want == "" {
		sum, name, want = md5.New(), "MD5", d.md5
	}
	if _, err := io.Copy(sum, &untilDone{ctx, f}); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return engine.Errorf(engine.InvalidWeights, "What came from %s is not the file that was published (its %s is %s, not %s), and was removed; try again, or give another address with --url.", d.from, name, got, want)
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

// get downloads what is missing of the file to the .part.
func (d *download) get(ctx context.Context) error {
	f, err := os.OpenFile(d.part(), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return unwritable(d.part(), err)
	}
	defer f.Close()
	have, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return unwritable(d.part(), err)
	}
	version, err := os.ReadFile(d.etag())
	if errors.Is(err, fs.ErrNotExist) {
		have = 0 // of which version it is a part cannot be known
	}
	answer, err := d.ask(ctx, have, string(version))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	total := answer.ContentLength // -1 if the server does not say
	switch {
	case answer.StatusCode == http.StatusPartialContent && begins(answer) == have && have > 0:
		if total >= 0 {
			total += have
		}
	case answer.StatusCode == http.StatusRequestedRangeNotSatisfiable && have > 0:
		return nil // there is no more; the checksum tells whether it is the right file
	case answer.StatusCode == http.StatusOK:
		have = 0
		if err := d.keepVersion(answer); err != nil {
			return err
		}
	default:
		return engine.Errorf(engine.Unavailable, "%s answers %s; %s", d.from, answer.Status, d.instead())
	}
	if total > d.most {
		return engine.Errorf(engine.TooLarge, "%s has %d MB, more than the file that was published; give another address with --url.", d.from, total/1e6)
	}
	if err := f.Truncate(have); err != nil {
		return unwritable(d.part(), err)
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return unwritable(d.part(), err)
	}
	return d.receive(ctx, f, answer.Body, have, total)
}

// ask sends the request for the file, from the byte after those there are if they are
// of the version that the server has.
func (d *download) ask(ctx context.Context, have int64, version string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.from, nil)
	if err != nil {
		return nil, wrongUse("%.200q is no address.", d.from)
	}
	request.Header.Set("Accept-Encoding", "identity") // bytes are counted
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		request.Header.Set("If-Range", version)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: dialTimeout}).DialContext
	transport.TLSHandshakeTimeout = dialTimeout
	transport.ResponseHeaderTimeout = answerTimeout
	transport.DisableKeepAlives = true
	answer, err := (&http.Client{Transport: transport}).Do(request)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, engine.Errorf(engine.Unavailable, "%s cannot be reached (%w); %s", d.from, cause(err), d.instead())
	}
	return answer, nil
}

// instead says what to do without the server.
func (d *download) instead() string {
	return fmt.Sprintf("download %s on a machine with internet, and run trapped weights import FILE on it; meanwhile the small network works.", d.url)
}

// cause is an error of the network without the address, which is said already.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// begins returns the first byte of a partial answer, or -1.
func begins(answer *http.Response) int64 {
	var first int64
	if _, err := fmt.Sscanf(answer.Header.Get("Content-Range"), "bytes %d-", &first); err != nil {
		return -1
	}
	return first
}

// keepVersion notes the version of a download that begins anew: a strong ETag, which
// alone proves that bytes are the same.
func (d *download) keepVersion(answer *http.Response) error {
	version := answer.Header.Get("ETag")
	if !strings.HasPrefix(version, `"`) {
		os.Remove(d.etag())
		return nil
	}
	if err := os.WriteFile(d.etag(), []byte(version), 0o600); err != nil {
		return unwritable(d.etag(), err)
	}
	return nil
}

// receive writes an answer to f and shows how far it is.
func (d *download) receive(ctx context.Context, f *os.File, body io.Reader, have, total int64) error {
	out := bufio.NewWriterSize(f, 1<<20)
	meter := &progress{out: d.progress, name: d.base(), done: have, total: total}
	n, err := io.Copy(io.MultiWriter(out, meter), io.LimitReader(body, d.most+1-have))
	meter.end()
	if flushed := out.Flush(); flushed != nil {
		return unwritable(d.part(), flushed)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return engine.Errorf(engine.Unavailable, "The download broke off after %d bytes (%w); run the same command again, and it goes on there if the server can.", have+n, err)
	case have+n > d.most:
		d.forget()
		return engine.Errorf(engine.TooLarge, "%s has more bytes than the file that was published; give another address with --url.", d.from)
	}
	return nil
}

// progress is a writer that rewrites one line about how much was written.
type progress struct {
	out         io.Writer
	name        string
	done, total int64
	shown       time.Time
}

func (p *progress) Write(data []byte) (int, error) {
	p.done += int64(len(data))
	if time.Since(p.shown) > 200*time.Millisecond {
		p.show()
	}
	return len(data), nil
}

func (p *progress) show() {
	p.shown = time.Now()
	if p.total > 0 {
		fmt.Fprintf(p.out, "\r%s: %d of %d bytes, %d %% ", p.name, p.done, p.total, 100*p.done/p.total)
		return
	}
	fmt.Fprintf(p.out, "\r%s: %d bytes ", p.name, p.done)
}

func (p *progress) end() {
	p.show()
	fmt.Fprintln(p.out)
}
