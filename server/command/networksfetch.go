package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"trappedinart/weights/fetch"
)

var publishedFiles = map[string]fetch.Published{"original": fetch.Original, "torchvision": fetch.Torchvision}

func newNetworksFetchCommand() *cobra.Command {
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
		if len(args) > 1 || len(args) == 1 && publishedFiles[args[0]].URL == "" {
			return wrongUse("Fetch takes original or torchvision.")
		}
		return nil
	}
	im.add(cmd, "")
	cmd.Flags().StringVar(&address, "url", "", "another address of the same file, or of another with #sha256= and its checksum behind")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		what := "original"
		if len(args) == 1 {
			what = args[0]
		}
		p := publishedFiles[what]
		if address != "" {
			var err error
			if p, err = p.At(address); err != nil {
				return wrongUse("%v", err)
			}
		}
		meter := &meter{out: cmd.ErrOrStderr(), name: filepath.Base(p.URL)}
		d := &fetch.Download{Published: p, Dir: downloadsIn(im.data), Flag: "--url", Report: meter.report}
		if im.name == "" {
			im.name = p.Name
		}
		im.input = p.Input
		if err := im.check(); err != nil {
			return err
		}
		path, err := d.Run(cmd.Context())
		meter.end()
		if err != nil {
			return err
		}
		if err := im.run(cmd, path); err != nil {
			return err
		}
		return os.Remove(path)
	}
	return cmd
}

// downloadsIn is where a data directory has what is on its way.
func downloadsIn(data string) string { return filepath.Join(data, "downloads") }

// A meter rewrites one line about how much has come.
type meter struct {
	out         io.Writer
	name        string
	have, total int64
	shown       time.Time
}

func (m *meter) report(have, total int64, checking bool) {
	if checking {
		return
	}
	m.have, m.total = have, total
	if time.Since(m.shown) > 200*time.Millisecond {
		m.show()
	}
}

func (m *meter) show() {
	m.shown = time.Now()
	if m.total > 0 {
		fmt.Fprintf(m.out, "\r%s: %d of %d bytes, %d %% ", m.name, m.have, m.total, 100*m.have/m.total)
		return
	}
	fmt.Fprintf(m.out, "\r%s: %d bytes ", m.name, m.have)
}

// end ends the line, if there is one.
func (m *meter) end() {
	if !m.shown.IsZero() {
		m.show()
		fmt.Fprintln(m.out)
	}
}
