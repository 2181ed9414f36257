package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"trappedinart/engine/backend"
	"trappedinart/engine/backend/cpu"
	"trappedinart/engine/backend/ref"
	"trappedinart/weights"
)

// The back ends there are, the default first.
var backends = []struct {
	name string
	make func(threads int) backend.Backend
}{
	{"cpu", func(threads int) backend.Backend { return cpu.New(threads) }},
	{"ref", func(int) backend.Backend { return ref.New() }},
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
	cmd.Flags().StringVar(&f.name, "backend", names[0], "who computes: "+strings.Join(names, " or "))
	cmd.Flags().IntVar(&f.threads, "threads", 0, "threads; 0 takes every processor")
	addDataFlag(cmd, &f.data)
}

func (f *computeFlags) backend() (backend.Backend, error) {
	if f.threads < 0 || f.threads > 1024 {
		return nil, wrongUse("Threads go from 0 to 1024, and 0 takes every processor.")
	}
	for _, b := range backends {
		if b.name == f.name {
			return b.make(f.threads), nil
		}
	}
	return nil, wrongUse("There is no back end %q; choose cpu or ref.", f.name)
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

// describe names the instructions and threads that a back end computes with.
func describe(be backend.Backend) (isa string, threads int) {
	if c, ok := be.(*cpu.Backend); ok {
		return c.ISA(), c.Threads()
	}
	return "float64", 1
}
