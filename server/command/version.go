package command

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"trappedinart/engine/backend/cpu"
)

// Version is the program's, as CHANGELOG.md has it.
const Version = "0.1.0"

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version and what the program was built with", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			built := ""
			if info, ok := debug.ReadBuildInfo(); ok {
				built = commit(info)
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "trapped %s%s, %s, %s/%s, tiles of %s\n",
				Version, built, runtime.Version(), runtime.GOOS, runtime.GOARCH, cpu.New(1).ISA())
			return err
		},
	}
}

// commit says of which commit the program was built, and whether with changes to it: " (commit
// 0123456789ab, changed)". It is empty where the build does not know.
func commit(info *debug.BuildInfo) string {
	revision, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = ", changed"
		}
	}
	if revision == "" {
		return ""
	}
	return " (commit " + revision + changed + ")"
}
