package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/BurntSushi/toml"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// envPrefix begins the names of the variables that stand for flags.
const envPrefix = "TRAPPED_"

// configFile is the flag that names the file of settings.
const configFile = "config"

// envName is the variable that stands for a flag: TRAPPED_LIMIT_QUEUE for --limit-queue.
func envName(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// configurable lets every flag of a command also be set by a variable of the environment
// or in a file, the flag before the variable before the file, and has --help say so.
func configurable(cmd *cobra.Command) {
	cmd.Flags().String(configFile, "", "a file of settings in TOML: each flag's name without its dashes, = and its value")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return configure(cmd, os.LookupEnv) }
	cmd.SetUsageFunc(func(cmd *cobra.Command) error {
		fmt.Fprintf(cmd.OutOrStderr(), "Usage:\n  %s [flags]\n\nEvery setting is a flag, a variable of the environment, or a line of the file\nthat --config names, such as limit-queue = 32. The first of them that is there counts.\n\n", cmd.CommandPath())
		w := tabwriter.NewWriter(cmd.OutOrStderr(), 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "Flag\tEnvironment\tDefault\tMeaning")
		for _, s := range settingsOf(cmd) {
			for i, line := range wrap(s.meaning, 64) {
				if i == 0 {
					fmt.Fprintf(w, "--%s\t%s\t%s\t%s\n", s.flag, s.env, s.standard, line)
				} else {
					fmt.Fprintf(w, "\t\t\t%s\n", line)
				}
			}
		}
		return w.Flush()
	})
}

// A setting is one row of a command's table.
type setting struct{ flag, env, standard, meaning string }

// settingsOf returns all that can be set of a command.
func settingsOf(cmd *cobra.Command) []setting {
	var all []setting
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" {
			all = append(all, setting{f.Name, envName(f.Name), f.DefValue, f.Usage})
		}
	})
	return all
}

// wrap breaks a text into lines of at most width letters, where words allow it.
func wrap(text string, width int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len(*last)+1+len(word) <= width:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// configure sets what flags have left from the environment, and what that leaves from the
// file.
func configure(cmd *cobra.Command, env func(string) (string, bool)) error {
	flags := cmd.Flags()
	set := func(f *pflag.Flag, value, where string) error {
		if err := flags.Set(f.Name, value); err != nil {
			return wrongUse("%s cannot be %.100q: it takes a %s, such as %s.", where, value, f.Value.Type(), f.DefValue)
		}
		return nil
	}
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name, value, ok := variable(f, env)
		if f.Changed || !ok || f.Name == "help" || failed != nil {
			return
		}
		failed = set(f, value, "The variable "+name)
	})
	path := flags.Lookup(configFile).Value.String()
	if failed != nil || path == "" {
		return failed
	}
	settings, err := readConfig(path)
	if err != nil {
		return err
	}
	for name, value := range settings {
		f := flags.Lookup(name)
		if f == nil && isSetting(cmd.Root(), name) {
			continue // of another command, which reads the same file
		}
		if f == nil || name == configFile || name == "help" {
			return wrongUse("The file %s has %.60q, which is no setting; trapped %s --help lists them.", path, name, cmd.Name())
		}
		if f.Changed {
			continue
		}
		if err := set(f, value, name+" in "+path); err != nil {
			return err
		}
	}
	return nil
}

// isSetting says whether another command that reads the file has such a flag.
func isSetting(root *cobra.Command, name string) bool {
	for _, cmd := range root.Commands() {
		if cmd.Flags().Lookup(configFile) != nil && cmd.Flags().Lookup(name) != nil {
			return true
		}
	}
	return false
}

const maxConfig = 1 << 20

// readConfig reads a file of settings, each of which is a text, a number, true or false,
// or a list of texts.
func readConfig(path string) (map[string]string, error) {
	st, err := os.Stat(path)
	if err == nil && st.Size() > maxConfig {
		return nil, wrongUse("The file %s is too long for one of settings.", path)
	}
	values := map[string]any{}
	_, err = toml.DecodeFile(path, &values)
	var syntax toml.ParseError
	switch {
	case errors.As(err, &syntax):
		return nil, wrongUse("The file %s is no TOML: line %d: %s.", path, syntax.Position.Line, syntax.Message)
	case errors.Is(err, fs.ErrNotExist):
		return nil, wrongUse("There is no file %s; name another with --config.", path)
	case err != nil:
		return nil, wrongUse("The file %s cannot be read: %v.", path, err)
	}
	settings := map[string]string{}
	for name, value := range values {
		switch v := value.(type) {
		case string, int64, float64, bool:
			settings[name] = fmt.Sprint(v)
		case []any:
			var list []string
			for _, one := range v {
				list = append(list, fmt.Sprint(one))
			}
			settings[name] = strings.Join(list, ",")
		default:
			return nil, wrongUse("%.60q in %s is no text, number, true or false, or list of them.", name, path)
		}
	}
	return settings, nil
}
