package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"trappedinart/engine"
	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
	"trappedinart/engine/backend/webgpu"
	"trappedinart/weights"
)

// The back ends there are. fastest is the GPU where it is worth it.
var backends = []struct {
	name string
	make func(ctx context.Context, f *computeFlags) (backend.Backend, error)
}{
	{processor, func(_ context.Context, f *computeFlags) (backend.Backend, error) { return cpu.New(f.threads), nil }},
	{"webgpu", forcedGPU},
	{fastest, func(ctx context.Context, f *computeFlags) (backend.Backend, error) { return f.fastest(ctx), nil }},
	{"ref", func(context.Context, *computeFlags) (backend.Backend, error) { return ref.New(), nil }},
}

const (
	processor = "cpu"
	fastest   = "fastest"
)

// forcedGPU returns the GPU whatever its speed, and a program that stands for one, if it
// computes rightly.
func forcedGPU(ctx context.Context, f *computeFlags) (backend.Backend, error) {
	b, err := webgpu.Choose(ctx, cpu.New(f.threads), true)
	if err != nil {
		return nil, engine.Errorf(engine.Unavailable, "The GPU cannot be used (%v). Use --backend cpu to compute on the processor.", err)
	}
	return b, nil
}

// computeFlags are the flags of every command that computes.
type computeFlags struct {
	name    string
	threads int
	data    string
	trial   *trial // of the GPU, once there was one
}

// add gives a command the flags, with the back end that it takes by itself.
func (f *computeFlags) add(cmd *cobra.Command, usual string) {
	var names []string
	for _, b := range backends {
		names = append(names, b.name)
	}
	last := len(names) - 1
	cmd.Flags().StringVar(&f.name, "backend", usual, "what computes: "+strings.Join(names[:last], ", ")+" or "+names[last]+"; webgpu is the GPU, and fastest uses the GPU where it is faster")
	cmd.Flags().IntVar(&f.threads, "threads", 0, "number of threads; 0 uses every processor")
	addDataFlag(cmd, &f.data)
}

func (f *computeFlags) backend(ctx context.Context) (backend.Backend, error) {
	if err := within(between("threads", f.threads, 0, 1024, "")); err != nil {
		return nil, err
	}
	for _, b := range backends {
		if b.name == f.name {
			return b.make(ctx, f)
		}
	}
	return nil, wrongUse("There is no back end %q. Choose cpu, webgpu, fastest or ref.", f.name)
}

// fastest is silent where there is no GPU, and says once which it is.
func (f *computeFlags) fastest(ctx context.Context) backend.Backend {
	first := f.trial == nil
	b, err := f.triedGPU(ctx)
	if err != nil {
		if first && !errors.Is(err, webgpu.ErrNone) && ctx.Err() == nil {
			fmt.Fprintf(os.Stderr, "Computing on the processor instead of the GPU: %v.\n", err)
		}
		return cpu.New(f.threads)
	}
	if first {
		fmt.Fprintf(os.Stderr, "Computing on %s. --backend cpu computes on the processor.\n", b.Info())
	}
	return b
}

// fallback returns who goes on where be fails, or nil if be does not.
func (f *computeFlags) fallback(be backend.Backend) backend.Backend {
	if _, ok := be.(*webgpu.Backend); ok {
		return cpu.New(f.threads)
	}
	return nil
}

func (f *computeFlags) store() *weights.Store { return storeIn(f.data) }

func addDataFlag(cmd *cobra.Command, data *string) {
	cmd.Flags().StringVar(data, "data", defaultData(), "the data directory")
	cmd.Flags().Lookup("data").DefValue = "~/.local/share/trapped" // the same help for everybody
}

func storeIn(data string) *weights.Store {
	return &weights.Store{Dir: filepath.Join(data, "weights")}
}

// defaultData is where the XDG Base Directory Specification has data of users.
func defaultData() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "trapped")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "trapped-data"
	}
	return filepath.Join(home, ".local", "share", "trapped")
}

// describe names the instructions, or the GPU, and threads that a back end computes with.
func describe(be backend.Backend) (isa string, threads int) {
	switch b := be.(type) {
	case *cpu.Backend:
		return b.ISA(), b.Threads()
	case *webgpu.Backend:
		return b.Info().String(), 1
	}
	return "float64", 1
}
