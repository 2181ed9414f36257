package command

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/transfer"
	"trappedinart/engine/vgg"
	"trappedinart/weights"
)

// A benchmark is what bench prints with --json.
type benchmark struct {
	Network   string    `json:"network"`
	Size      int       `json:"size"`
	Threads   int       `json:"threads"`
	Backend   string    `json:"backend"`
	ISA       string    `json:"isa"`
	Seconds   []float64 `json:"seconds"`
	Median    float64   `json:"median_seconds"`
	GFLOPS    float64   `json:"gflops"`
	PeakBytes int64     `json:"peak_rss_bytes"`
	Allocs    float64   `json:"allocs_per_iteration"`
}

// newBenchCommand times iterations of the optimisation.
func newBenchCommand() *cobra.Command {
	var (
		network, source  string
		side, iterations int
		asJSON           bool
		compute          computeFlags
	)
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Time one iteration of the optimisation",
		Long: "Time one iteration: forward to the deepest layer, losses, backward to the picture.\n" +
			"vgg19 compares content at relu4_2 and style at relu1_1 to relu5_1, with average pooling;\n" +
			"small compares content at relu3_2 and style at relu1_1 to relu3_1.",
		Args: cobra.NoArgs,
	}
	cmd.Flags().StringVar(&network, "network", "small", "the network to time: vgg19 or small")
	cmd.Flags().StringVar(&source, "parameters", "random", "the network's parameters: random, or the name or file of a network")
	cmd.Flags().IntVar(&side, "size", 256, "width and height of the pictures, in pixels, 16 to 4096")
	cmd.Flags().IntVar(&iterations, "iterations", 5, "how many iterations to time, 1 to 10000")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	compute.add(cmd, processor)
	formerly(cmd, "weights", "parameters")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := within(between("size", side, 16, 4096, "pixels"), between("iterations", iterations, 1, 10000, "")); err != nil {
			return err
		}
		r, err := transfer.TimedRecipe(network)
		if err != nil {
			return wrongUse("%s", engine.AsError(err).Message)
		}
		w, err := timedWeights(cmd.Context(), compute.store(), network, source)
		if err != nil {
			return err
		}
		be, err := compute.backend(cmd.Context())
		if err != nil {
			return err
		}
		t, err := transfer.Time(cmd.Context(), be, w, r, side, iterations)
		if err != nil {
			return err
		}
		b := benchmark{
			Network: network, Size: side, Backend: be.Name(), Seconds: t.Seconds,
			Median: transfer.Median(t.Seconds), Allocs: t.Allocs, PeakBytes: peakMemory(),
		}
		b.GFLOPS = t.Flops / b.Median / 1e9
		b.ISA, b.Threads = describe(be)
		if asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(b)
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s at %d px, %s (%s), %d threads: %.3f s an iteration, %.1f GFLOP/s, %d MiB at most, %.0f allocations an iteration\n",
			b.Network, b.Size, b.Backend, b.ISA, b.Threads, b.Median, b.GFLOPS, b.PeakBytes>>20, b.Allocs)
		return nil
	}
	return cmd
}

// timedWeights returns the weights that a network is timed with.
func timedWeights(ctx context.Context, store *weights.Store, network, source string) (*vgg.Weights, error) {
	if source != "random" {
		return store.Load(ctx, source)
	}
	return weights.Random(network)
}
