package command

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// oldName marks a flag with the name that it once had.
const oldName = "formerly"

// formerly lets a flag be given by the name that it once had as well, also in the file of
// settings and by its variable; no help shows that name. A command has one such flag.
func formerly(cmd *cobra.Command, old, flag string) {
	flags := cmd.Flags()
	flags.Lookup(flag).Annotations = map[string][]string{oldName: {old}}
	flags.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == old {
			name = flag
		}
		return pflag.NormalizedName(name)
	})
}

// variable looks for a flag's value in the environment, and returns the variable's name.
func variable(f *pflag.Flag, env func(string) (string, bool)) (name, value string, ok bool) {
	for _, flag := range append([]string{f.Name}, f.Annotations[oldName]...) {
		if value, ok = env(envName(flag)); ok {
			return envName(flag), value, true
		}
	}
	return "", "", false
}
