// Package command is the command line of trapped, one command to a file. Files of flags that
// several commands have are called by what the flags say: compute, recipe, listen, limits.
//
// Every flag of trapped serve and trapped worker can also be set by a variable of the
// environment, TRAPPED_ and the flag's name in capitals; trapped serve --help lists them.
// XDG_DATA_HOME and HOME say where the data directory is unless --data does.
package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"trappedinart/engine"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitWrongUse    = 2
	exitInterrupted = 130
)

// Run executes a command line and returns the exit code. The first interrupt ends it in
// order, with what it has so far; the second at once.
func Run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from then on signals act as they always do
	root := newRootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintln(root.ErrOrStderr(), "trapped:", sentence(err))
	}
	return exitCode(err)
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "trapped",
		Short:         "Photographs become paintings",
		Long:          "Trapped in Art makes a painting of a photograph, by the optimisation of Gatys, Ecker and Bethge (arXiv 1508.06576).",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return wrongUse("%s.", upperFirst(err.Error())) })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		newStylizeCommand(),
		newEvaluateCommand(),
		newVerifyCommand(gatysTrace()),
		newBenchCommand(),
		newServeCommand(),
		newWorkerCommand(),
		newHealthCommand(),
		newSiteCommand(),
		newNetworksCommand(),
		newVersionCommand(),
		newTryGPUCommand(),
	)
	return root
}

// errWrongUse marks errors in how the program was called.
type errWrongUse struct{ message string }

func (e errWrongUse) Error() string { return e.message }

func wrongUse(format string, args ...any) error { return errWrongUse{fmt.Sprintf(format, args...)} }

// require makes flags necessary.
func require(cmd *cobra.Command, flags ...string) {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		for _, name := range flags {
			if !cmd.Flags().Changed(name) {
				return wrongUse("%s needs --%s. See trapped %s --help.", upperFirst(cmd.Name()), name, cmd.Name())
			}
		}
		return nil
	}
}

func exitCode(err error) int {
	var wrong errWrongUse
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &wrong), isCobraUsage(err):
		return exitWrongUse
	}
	switch engine.AsError(err).Code {
	case engine.InvalidRecipe:
		return exitWrongUse
	case engine.Cancelled:
		return exitInterrupted
	}
	return exitFailed
}

// isCobraUsage recognises the errors about commands and arguments, which have no type.
func isCobraUsage(err error) bool {
	return strings.HasPrefix(err.Error(), "unknown command") || strings.HasPrefix(err.Error(), "unknown flag")
}

// sentence is what a person is told. On a command line that is also the cause of an
// internal error, as there is no log to look into.
func sentence(err error) string {
	var wrong errWrongUse
	if errors.As(err, &wrong) {
		return wrong.message
	}
	if isCobraUsage(err) {
		return upperFirst(err.Error()) + "."
	}
	if e := engine.AsError(err); e.Code != engine.Internal {
		return e.Message
	}
	return err.Error()
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
