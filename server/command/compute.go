package command

import (
	"context"
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

// The back ends there are, the default first. fastest is the GPU where it is worth it.
var backends = []struct {
	name string
	make func(threads int) (backend.Backend, error)
}{
	{"cpu", func(threads int) (backend.Backend, error) { return cpu.New(threads), nil }},
	{"webgpu", forcedGPU},
	{fastest, func(threads int) (backend.Backend, error) { return fastestOf(threads), nil }},
	{"ref", func(int) (backend.Backend, error) { return ref.New(), nil }},
}

const fastest = "fastest"

// forcedGPU returns the GPU whatever its speed, and a program that stands for one, if it
// computes rightly.
func forcedGPU(threads int) (backend.Backend, error) {
	b, err := webgpu.Choose(context.Background(), cpu.New(threads), true)
	if err != nil {
		return nil, engine.Errorf(engine.Unavailable, "The GPU cannot be used (%v). Leave --backend away, and the processor computes.", err)
	}
	return b, nil
}

func fastestOf(threads int) backend.Backend {
	processor := cpu.New(threads)
	b, err := webgpu.Choose(context.Background(), processor, false)
	if err != nil {
		fmt.Fprintf(os.Stderr, "The processor computes, and not a GPU: %v.\n", err)
		return processor
	}
	return b
}

// computeFlags are the flags of every command that computes.
type computeFlags struct {
	name    string
	threads int
	data    string
}

func (f *computeFlags) add(cmd *cobra.Command) {
	var names []string
	for _, b := range backends {
		names = append(names, b.name)
	}
	last := len(names) - 1
	cmd.Flags().StringVar(&f.name, "backend", names[0], "who computes: "+strings.Join(names[:last], ", ")+" or "+names[last]+"; webgpu is the GPU, and fastest that where it is worth it")
	cmd.Flags().IntVar(&f.threads, "threads", 0, "threads; 0 takes every processor")
	addDataFlag(cmd, &f.data)
}

func (f *computeFlags) backend() (backend.Backend, error) {
	if err := within(between("threads", f.threads, 0, 1024, "")); err != nil {
		return nil, err
	}
	for _, b := range backends {
		if b.name == f.name {
			return b.make(f.threads)
		}
	}
	return nil, wrongUse("There is no back end %q; choose cpu, webgpu, fastest or ref.", f.name)
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
