package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"
)

// logFlags say what the log of a command is.
type logFlags struct{ format, level string }

func (f *logFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.format, "log-format", "text", "how lines of the log are written: text or json")
	cmd.Flags().StringVar(&f.level, "log-level", "info", "what is logged: debug (every request), info, warn or error")
}

func (f *logFlags) logger(to io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, wrongUse("The log has no level %q; choose debug, info, warn or error.", f.level)
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(to, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(to, options)), nil
	}
	return nil, wrongUse("The log has no format %q; choose text or json.", f.format)
}
