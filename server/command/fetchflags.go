package command

import (
	"log/slog"

	"github.com/spf13/cobra"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/weights/fetch"
)

// fetchFlags say which network a server fetches, and when.
type fetchFlags struct {
	start bool
	url   string
}

func (f *fetchFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.start, "fetch-network", false, "fetch VGG-19 (80 MB) at the start, unless it is there; the server serves meanwhile")
	cmd.Flags().StringVar(&f.url, "fetch-url", "", "another address of the file of VGG-19 that is fetched, or of another file with #sha256= and its checksum behind")
	formerly(cmd, "fetch-weights", "fetch-network")
}

// fetcher returns what fetches VGG-19, into a store of its own.
func (f *fetchFlags) fetcher(compute *computeFlags, log *slog.Logger) (*fetch.Fetcher, error) {
	p := publishedFiles["original"]
	if f.url != "" {
		var err error
		if p, err = p.At(f.url); err != nil {
			return nil, wrongUse("%v", err)
		}
	}
	return fetch.New(fetch.Options{
		Published: p, Flag: "--fetch-url", Dir: downloadsIn(compute.data), Store: compute.store(), Log: log,
		Backend: func() backend.Trainer { return cpu.New(compute.threads) },
	}), nil
}

// begin has it fetched if that is wanted, and says otherwise how it can be.
func (f *fetchFlags) begin(fetcher *fetch.Fetcher, log *slog.Logger) {
	switch {
	case f.start:
		fetcher.Start()
	case fetcher.Status().State != fetch.Done:
		log.Info("VGG-19, which paints finest, is not here: the page's list of networks fetches it (80 MB, once), and so does trapped serve --fetch-network")
	}
}
