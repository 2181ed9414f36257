package command

import (
	"errors"
	"math"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/spf13/cobra"
)

// memoryFlag is how much memory a command may take.
type memoryFlag struct {
	cmd   *cobra.Command
	bytes memoryBytes
}

func (f *memoryFlag) add(cmd *cobra.Command) {
	f.cmd = cmd
	cmd.Flags().Var(&f.bytes, "memory", "the most memory to take, such as 3, 3GiB or 3000MB, in which the picture is painted in as many blocks as it takes; a number alone is in GiB, and 0 is no limit (default three quarters of what there is)")
}

// memoryBytes is a size of memory in bytes, as a flag.
type memoryBytes int64

func (b *memoryBytes) String() string { return strconv.FormatInt(int64(*b), 10) }
func (b *memoryBytes) Type() string   { return "size" }

var memoryUnits = map[string]float64{
	"": 1 << 30, "g": 1 << 30, "m": 1 << 20, "gib": 1 << 30, "mib": 1 << 20, "gb": 1e9, "mb": 1e6,
}

func (b *memoryBytes) Set(text string) error {
	const least, most = 16 << 20, 1 << 50
	end := strings.LastIndexAny(text, "0123456789.") + 1
	n, err := strconv.ParseFloat(text[:end], 64)
	unit, ok := memoryUnits[strings.ToLower(strings.TrimSpace(text[end:]))]
	bytes := n * unit
	if err != nil || !ok || bytes != 0 && !(bytes >= least && bytes <= most) {
		return errors.New("it goes from 16MiB, and is written 3, 3GiB or 3000MB, or 0 for no limit")
	}
	*b = memoryBytes(bytes)
	return nil
}

// limit returns it in bytes, 0 for no limit, and has the garbage collector keep to it.
// The default follows from the machine or its container, not from what happens to be free:
// the number of blocks changes rounding, and the same command should make the same picture.
func (f *memoryFlag) limit() int64 {
	most := int64(f.bytes)
	if !f.cmd.Flags().Changed("memory") {
		all, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
		if err != nil || all > math.MaxInt64 {
			return 0 // nobody can tell
		}
		most = int64(all / 4 * 3)
	}
	if most > 0 {
		debug.SetMemoryLimit(most)
	}
	return most
}
