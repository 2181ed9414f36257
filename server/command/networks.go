package command

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

func newNetworksCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "networks", Aliases: []string{"weights"}, Short: "Look at the networks there are, and get more", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newNetworksListCommand(), newNetworksInspectCommand(), newNetworksImportCommand(), newNetworksFetchCommand(), newNetworksTrainCommand(), newNetworksQuantizeCommand())
	return cmd
}

// A listing is what list and inspect print of a file with --json.
type listing struct {
	Name      string            `json:"name"`
	Path      string            `json:"path,omitempty"`
	Bytes     int64             `json:"bytes"`
	Taps      []string          `json:"taps,omitempty"`
	Params    int               `json:"parameters,omitempty"`
	Quantised bool              `json:"int8"`
	SHA256    string            `json:"sha256,omitempty"`
	Input     *vgg.Input        `json:"input,omitempty"`
	Metadata  map[string]string `json:"metadata,omitempty"`
	Layers    []layer           `json:"layers,omitempty"`
	Error     string            `json:"error,omitempty"`
}

type layer struct {
	Name  string `json:"name"`
	Shape [4]int `json:"shape"` // [O,I,3,3]
}

func list(e weights.Entry) listing {
	l := listing{
		Name: e.Name, Path: e.Path, Bytes: e.Bytes, Taps: e.Taps, Params: e.Params,
		Quantised: e.Quantised, SHA256: e.SHA256, Metadata: e.Metadata,
	}
	if e.Err != nil {
		l.Error = e.Err.Error()
	} else {
		l.Input = &e.Input
	}
	return l
}

func newNetworksListCommand() *cobra.Command {
	var (
		data   string
		asJSON bool
	)
	cmd := &cobra.Command{Use: "list", Short: "List the networks that a recipe can name", Args: cobra.NoArgs}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	addDataFlag(cmd, &data)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		entries, err := storeIn(data).List()
		if err != nil {
			return err
		}
		rows := make([]listing, len(entries))
		for i, e := range entries {
			rows[i] = list(e)
		}
		if asJSON {
			return printJSON(cmd.OutOrStdout(), rows)
		}
		t := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "NAME\tDEEPEST\tPARAMETERS\tSIZE\tFILE")
		for _, r := range rows {
			where := r.Path
			if where == "" {
				where = "in this program"
			}
			if r.Error != "" {
				fmt.Fprintf(t, "%s\t\t\t\t%s: %s\n", r.Name, where, r.Error)
				continue
			}
			fmt.Fprintf(t, "%s\t%s\t%d\t%.1f MB\t%s\n", r.Name, r.Taps[len(r.Taps)-1], r.Params, float64(r.Bytes)/1e6, where)
		}
		return t.Flush()
	}
	return cmd
}

func newNetworksInspectCommand() *cobra.Command {
	var (
		data   string
		asJSON bool
	)
	cmd := &cobra.Command{Use: "inspect FILE-or-name", Short: "Show what is in a network's file"}
	cmd.Args = func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return wrongUse("Inspect takes one file or name; see trapped networks list.")
		}
		return nil
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	addDataFlag(cmd, &data)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		store := storeIn(data)
		w, err := store.Load(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		entry, err := store.Look(args[0])
		if err != nil {
			return err
		}
		l := list(entry)
		for _, c := range w.Convs {
			l.Layers = append(l.Layers, layer{c.Name, [4]int{c.O, c.I, 3, 3}})
		}
		if asJSON {
			return printJSON(cmd.OutOrStdout(), l)
		}
		return describeNetwork(cmd.OutOrStdout(), l)
	}
	return cmd
}

func describeNetwork(out io.Writer, l listing) error {
	fmt.Fprintf(out, "%s: %d parameters, %.1f MB, SHA-256 %s\n", l.Name, l.Params, float64(l.Bytes)/1e6, l.SHA256)
	order := "red, green, blue"
	if l.Input.BGR {
		order = "blue, green, red"
	}
	fmt.Fprintf(out, "input: %s; less %v, times %v (red, green, blue)\n", order, l.Input.Mean, l.Input.Scale)
	fmt.Fprintf(out, "taps: %s\n", strings.Join(l.Taps, ", "))
	for _, c := range l.Layers {
		fmt.Fprintf(out, "  %-8s %d x %d x 3 x 3\n", c.Name, c.Shape[0], c.Shape[1])
	}
	var keys []string
	for k := range l.Metadata {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(out, "%s: %s\n", k, l.Metadata[k])
	}
	return nil
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
