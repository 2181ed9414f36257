package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// configured returns the serve command with settings from a command line, an environment
// and a file.
func configured(t *testing.T, args []string, environment map[string]string, file string) (*cobra.Command, error) {
	t.Helper()
	cmd, rest, err := newRootCommand().Find([]string{"serve"})
	if err != nil || len(rest) > 0 {
		t.Fatal(err)
	}
	if file != "" {
		path := filepath.Join(t.TempDir(), "trapped.yaml")
		write(t, path, []byte(file))
		args = append(args, "--config", path)
	}
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return cmd, configure(cmd, func(name string) (string, bool) {
		v, ok := environment[name]
		return v, ok
	})
}

// The command line wins over the environment, that over the file, and that over the
// default, for each kind of setting.
func TestPrecedence(t *testing.T) {
	file := "addr: file:1\nlimit-queue: 11\nlimit-keep: 11h\ntrusted-proxies: [10.0.0.1, 10.0.1.0/24]\nnats-replicas: 3\n"
	environment := map[string]string{"TRAPPED_ADDR": "environment:1", "TRAPPED_LIMIT_QUEUE": "22", "TRAPPED_NATS": "", "TRAPPED_SHARED": "/elsewhere"}
	cmd, err := configured(t, []string{"--addr", "line:1"}, environment, file)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"addr": "line:1", "limit-queue": "22", "limit-keep": "11h0m0s", "trusted-proxies": "10.0.0.1/32,10.0.1.0/24", "nats-replicas": "3",
		"limit-disk": "4", "nats": "",
	} {
		if got := cmd.Flags().Lookup(name).Value.String(); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// The file can be named by the environment, and be one for servers and workers.
	path := filepath.Join(t.TempDir(), "trapped.yaml")
	write(t, path, []byte("threads: 3\nlimit-queue: 5\n"))
	worker, _, err := newRootCommand().Find([]string{"worker"})
	if err != nil {
		t.Fatal(err)
	}
	if err := configure(worker, func(name string) (string, bool) { return path, name == "TRAPPED_CONFIG" }); err != nil {
		t.Fatal(err)
	}
	if got := worker.Flags().Lookup("threads").Value.String(); got != "3" {
		t.Errorf("a worker has %s threads", got)
	}
}

// Each setting can be given in each way.
func TestEverySettingIsConfigurable(t *testing.T) {
	cmd, err := configured(t, nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settingsOf(cmd) {
		name := strings.TrimPrefix(s.flag, "--")
		if name == "config" {
			continue
		}
		value := map[string]string{"int": "7", "duration": "7s", "networks": "10.0.0.0/7"}[cmd.Flags().Lookup(name).Value.Type()]
		if value == "" {
			value = "seven"
		}
		for how, c := range map[string]struct {
			environment map[string]string
			file        string
		}{"environment": {map[string]string{s.variable: value}, ""}, "file": {nil, name + ": " + value}} {
			cmd, err := configured(t, nil, c.environment, c.file)
			if err != nil {
				t.Fatal(err)
			}
			if got := cmd.Flags().Lookup(name).Value.String(); got != value {
				t.Errorf("%s by %s is %q, want %q", s.flag, how, got, value)
			}
		}
	}
}

func TestWrongSettings(t *testing.T) {
	for name, c := range map[string]struct {
		environment map[string]string
		file        string
		says        string
	}{
		"unknown":           {nil, "adr: 1", `"adr"`},
		"of another":        {nil, "strength: 50", `"strength"`},
		"itself":            {nil, "config: x", `"config"`},
		"no number":         {nil, "limit-queue: many", "limit-queue cannot be \"many\""},
		"no number outside": {map[string]string{"TRAPPED_LIMIT_QUEUE": "many"}, "", "TRAPPED_LIMIT_QUEUE cannot be \"many\""},
		"empty":             {map[string]string{"TRAPPED_LIMIT_QUEUE": ""}, "", "TRAPPED_LIMIT_QUEUE"},
		"network":           {map[string]string{"TRAPPED_TRUSTED_PROXIES": "proxy"}, "", "proxy"},
		"nothing":           {nil, "addr:", "one value"},
		"nested":            {nil, "addr: {port: 8080}", "line 1"},
		"twice":             {nil, "addr: a\naddr: b", "addr"},
		"no YAML":           {nil, "addr: [", "YAML"},
		"no settings":       {nil, "- addr", "YAML"},
		"no file":           {map[string]string{"TRAPPED_CONFIG": "nowhere.yaml"}, "", "nowhere.yaml"},
		"large":             {nil, "addr: x\n" + strings.Repeat("#\n", 1<<20), "1 MiB"},
	} {
		if _, err := configured(t, nil, c.environment, c.file); err == nil || !strings.Contains(sentence(err), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// Help is one table of what there is, and the document for operators has the same.
func TestTablesAgree(t *testing.T) {
	doc, err := os.ReadFile("../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(doc)) {
		if strings.HasPrefix(line, "| `--") {
			rows++
		}
	}
	all := map[string]bool{}
	for _, name := range []string{"serve", "worker"} {
		help := command(t, t.Context(), name, "--help")
		if help.code != exitDone || !strings.Contains(help.out, "trapped "+name) {
			t.Errorf("%+v", help)
		}
		text := strings.Join(strings.Fields(help.out), " ")
		cmd, _, err := newRootCommand().Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range settingsOf(cmd) {
			for _, part := range []string{s.flag + " " + s.variable + " " + s.standard + " ", s.meaning[:min(20, len(s.meaning))]} {
				if !strings.Contains(text, part) {
					t.Errorf("trapped %s --help lacks %q", name, part)
				}
			}
			if row := "| `" + s.flag + "` | `" + s.variable + "` | " + s.standard + " | " + s.meaning + " |\n"; !strings.Contains(string(doc), row) {
				t.Errorf("docs/operating.md lacks the row\n%s", row)
			}
			all[s.flag] = true
		}
		for line := range strings.Lines(help.out) {
			if len(line) > 180 {
				t.Errorf("trapped %s --help has a line of %d letters", name, len(line))
			}
		}
	}
	if rows != len(all) {
		t.Errorf("docs/operating.md has %d rows for %d settings", rows, len(all))
	}
}

func TestLogFlags(t *testing.T) {
	var out strings.Builder
	log, err := (&logFlags{"json", "warn"}).logger(&out)
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud", "n", 1)
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, `"msg":"loud","n":1}`) {
		t.Errorf("it logs %s", got)
	}
	for _, bad := range []logFlags{{"xml", "info"}, {"text", "loud"}} {
		if _, err := bad.logger(&out); exitCode(err) != exitWrongUse {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
