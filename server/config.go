package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"trappedinart/engine"
)

// configurable lets every flag of a command also be given by an environment variable,
// TRAPPED_ and the flag's name, and in a file of YAML, under the flag's name. The command
// line wins over the environment, and that over the file. Its help is one table of all.
func configurable(cmd *cobra.Command) {
	var file string
	cmd.Flags().StringVar(&file, "config", "", "a file of these settings, in YAML: addr: 127.0.0.1:8080")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return configure(cmd, os.LookupEnv) }
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		about := cmd.Long
		if about == "" {
			about = cmd.Short + "."
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s\n\nUsage:\n  %s\n\n%s\nThe command line wins over the environment, and the environment over the file of --config.\n", about, cmd.UseLine(), helpTable(settingsOf(cmd)))
	})
}

// A setting is a flag with the other ways to give it.
type setting struct{ flag, variable, standard, meaning string }

// settingsOf returns the settings of a command, in the order of their names.
func settingsOf(cmd *cobra.Command) []setting {
	var list []setting
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Name == "help" {
			return
		}
		s := setting{"--" + f.Name, variable(f.Name), f.DefValue, f.Usage}
		if s.standard == "" {
			s.standard = "none"
		}
		list = append(list, s)
	})
	return list
}

func variable(flag string) string {
	return "TRAPPED_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// helpTable is the table of settings as text.
func helpTable(settings []setting) string {
	rows := [][4]string{{"Flag", "Environment", "Default", "Meaning"}}
	for _, s := range settings {
		rows = append(rows, [4]string{s.flag, s.variable, s.standard, s.meaning})
	}
	var widths [3]int
	for _, row := range rows {
		for i := range widths {
			widths[i] = max(widths[i], len(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, line := range wrap(row[3], 60) {
			if i > 0 {
				row = [4]string{}
			}
			fmt.Fprintf(&b, "  %-*s  %-*s  %-*s  %s\n", widths[0], row[0], widths[1], row[1], widths[2], row[2], line)
		}
	}
	return b.String()
}

// wrap cuts a text into lines of at most so many letters, if its words are no longer.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// configure gives flags that the command line has not what environment and file have.
func configure(cmd *cobra.Command, environment func(string) (string, bool)) error {
	flags := cmd.Flags()
	if path, ok := environment(variable("config")); ok && !flags.Changed("config") {
		if err := flags.Set("config", path); err != nil {
			return err
		}
	}
	path := flags.Lookup("config").Value.String()
	file, err := readConfig(path)
	if err != nil {
		return err
	}
	for name := range file {
		if !isSetting(cmd.Root(), name) {
			return wrongUse("%s has a setting %q that this program does not know; trapped %s --help lists them.", path, name, cmd.Name())
		}
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || f.Name == "help" || f.Name == "config" || err != nil {
			return
		}
		text, from := file[f.Name], path+": "+f.Name
		_, given := file[f.Name]
		if v, ok := environment(variable(f.Name)); ok {
			text, from, given = v, variable(f.Name), true
		}
		if !given {
			return
		}
		if wrong := f.Value.Set(text); wrong != nil {
			err = wrongUse("%s cannot be %q: %s.", from, text, strings.TrimSuffix(wrong.Error(), "."))
			return
		}
		f.Changed = true
	})
	return err
}

// isSetting says whether one of the commands that have settings has that. All of them
// can share a file.
func isSetting(root *cobra.Command, name string) bool {
	return slices.ContainsFunc(root.Commands(), func(cmd *cobra.Command) bool {
		return cmd.Flags().Lookup("config") != nil && cmd.Flags().Lookup(name) != nil && name != "config" && name != "help"
	})
}

// readConfig returns the settings that a file has, as text; "" is no file.
func readConfig(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	const most = 1 << 20
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, engine.Errorf(engine.Unreadable, "There is no file of settings %s.", path)
		}
		return nil, unreadable("file of settings", path, err)
	}
	if info.Size() > most {
		return nil, wrongUse("%s has more than 1 MiB and is no file of settings.", path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable("file of settings", path, err)
	}
	var nodes map[string]yaml.Node
	if err := yaml.Unmarshal(data, &nodes); err != nil {
		return nil, wrongUse("%s is no file of settings in YAML, such as addr: 127.0.0.1:8080 (%v).", path, err)
	}
	file := map[string]string{}
	for name, node := range nodes {
		var parts []string
		values := []*yaml.Node{&node}
		if node.Kind == yaml.SequenceNode {
			values = node.Content
		}
		for _, v := range values {
			if v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
				return nil, wrongUse("%s, line %d: %s takes one value, or a list of them.", path, v.Line, name)
			}
			parts = append(parts, v.Value)
		}
		file[name] = strings.Join(parts, ",")
	}
	return file, nil
}
