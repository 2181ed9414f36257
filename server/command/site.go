package command

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/server/api"
	"trappedinart/server/site"
	"trappedinart/weights"
)

// newSiteCommand writes the page for hosts that only hand out files.
func newSiteCommand() *cobra.Command {
	var (
		out, data string
		names     []string
	)
	cmd := &cobra.Command{
		Use: "site", Short: "Write the page into a folder, for hosts without this program", Args: cobra.NoArgs,
		Long: "Site writes index.html and all that it loads into a folder, which any host of files can serve under any path. Whatever needs a server is not offered there.",
	}
	f := cmd.Flags()
	f.StringVar(&out, "out", "", "the folder to write to; what else is in it stays")
	f.StringArrayVar(&names, "network", nil, "a network to offer beside the two in the program: a name from the data directory, or a safetensors file; may be repeated")
	addDataFlag(cmd, &data)
	formerly(cmd, "weights", "network")
	require(cmd, "out")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var networks []site.Network
		seen := map[string]bool{}
		for _, name := range append([]string{weights.FineName, weights.SmallName}, names...) {
			n, err := offered(data, name)
			if err != nil {
				return err
			}
			if seen[n.Name] {
				return wrongUse("There are two networks called %s; name each once.", n.Name)
			}
			seen[n.Name] = true
			networks = append(networks, n)
		}
		sizes, err := site.Write(out, networks)
		if errors.Is(err, site.ErrNotReady) {
			return engine.Errorf(engine.Unavailable, "This program was built without the page; make build puts it in.")
		}
		if err != nil {
			return unwritable("The folder "+out, err)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "Wrote %d files to %s: %.1f MB, %.1f in gzip, %.1f in brotli.\n",
			sizes.Files, out, float64(sizes.Plain)/1e6, float64(sizes.Gzip)/1e6, float64(sizes.Brotli)/1e6)
		return err
	}
	return cmd
}

// offered is a network as browsers are given it.
func offered(data, nameOrPath string) (site.Network, error) {
	store := storeIn(data)
	e, err := store.Look(nameOrPath)
	if err != nil {
		return site.Network{}, err
	}
	if e.Path != "" {
		store = &weights.Store{Dir: filepath.Dir(e.Path)}
	}
	file, hashed, err := store.Served(e.Name)
	if err != nil {
		return site.Network{}, err
	}
	return site.Network{Weights: api.Weights{Name: e.Name, Taps: e.Taps[:min(len(e.Taps), weights.ServedLayers)]}, File: hashed, Data: file}, nil
}
