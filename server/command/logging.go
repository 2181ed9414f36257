package command

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"trappedinart/server/handler"
)

// logFlags say what is logged, and how.
type logFlags struct{ format, level string }

func (f *logFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.format, "log-format", "text", "how the log is written, text or json")
	cmd.Flags().StringVar(&f.level, "log-level", "info", "what is logged at least, debug, info, warn or error; addresses of people only by debug")
}

// open returns the log, which goes to w.
func (f *logFlags) open(w io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, wrongUse("There is no log level %.40q; choose debug, info, warn or error.", f.level)
	}
	opt := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(handler.WithRequestID(slog.NewTextHandler(w, opt))), nil
	case "json":
		return slog.New(handler.WithRequestID(slog.NewJSONHandler(w, opt))), nil
	}
	return nil, wrongUse("There is no log format %.40q; choose text or json.", f.format)
}
