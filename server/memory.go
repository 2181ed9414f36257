package main

import (
	"math"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/spf13/cobra"
)

// memoryFlag is how much memory a command may take.
type memoryFlag struct {
	cmd *cobra.Command
	gib float64
}

func (f *memoryFlag) add(cmd *cobra.Command) {
	f.cmd = cmd
	cmd.Flags().Float64Var(&f.gib, "memory", 0, "the most memory to take, in GiB, in which the picture is painted in as many blocks as it takes; 0 is no limit (default three quarters of what there is)")
}

// budget returns it in bytes, 0 for no limit, and has the garbage collector keep to it.
// The default follows from the machine or its container, not from what happens to be free:
// the number of blocks changes rounding, and the same command should make the same picture.
func (f *memoryFlag) budget() (int64, error) {
	if math.IsNaN(f.gib) || f.gib < 0 || f.gib > 1<<20 || f.gib > 0 && f.gib < 1./64 {
		return 0, wrongUse("Memory goes from 0.02 GiB, and 0 is no limit.")
	}
	budget := int64(f.gib * (1 << 30))
	if !f.cmd.Flags().Changed("memory") {
		all, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
		if err != nil || all > math.MaxInt64 {
			return 0, nil // nobody can tell
		}
		budget = int64(all / 4 * 3)
	}
	if budget > 0 {
		debug.SetMemoryLimit(budget)
	}
	return budget, nil
}
