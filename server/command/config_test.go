package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// configured returns a serve command with its settings taken from everywhere.
func configured(t *testing.T, env map[string]string, args ...string) (*cobra.Command, error) {
	t.Helper()
	cmd, rest, err := newRootCommand().Find(append([]string{"serve"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Fatal(err)
	}
	return cmd, configure(cmd, func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	})
}

// A flag goes before a variable, that before the file, and that before the default.
func TestPrecedence(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trapped.toml")
	write(t, path, []byte("# Settings\naddr = '127.0.0.1:1'\nlimit-queue = 33\nlimit-keep = '2h'\nlimit-requests = 1.5\nlimit-loopback = true\ntrusted-proxies = ['10.0.0.0/8', '::1']\n"))
	env := map[string]string{"TRAPPED_CONFIG": path, "TRAPPED_ADDR": "127.0.0.1:2", "TRAPPED_LIMIT_QUEUE": "44", "TRAPPED_LOG_LEVEL": "warn", "TRAPPED_HELP": "true", "TRAPPED_TEA": "x"}
	cmd, err := configured(t, env, "--addr", "127.0.0.1:3")
	if err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]string{
		"addr": "127.0.0.1:3", "limit-queue": "44", "limit-keep": "2h0m0s", "limit-requests": "1.5", "limit-loopback": "true",
		"trusted-proxies": "10.0.0.0/8,::1", "log-level": "warn", "limit-upload": "64",
	} {
		if got := cmd.Flags().Lookup(flag).Value.String(); got != want {
			t.Errorf("--%s is %q, want %q", flag, got, want)
		}
	}
}

func TestWrongSettings(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		env, file, want string
	}{
		"a number that is none": {env: "many", want: `TRAPPED_LIMIT_QUEUE cannot be "many"`},
		"in the file":           {file: "limit-queue = 'many'", want: `limit-queue in`},
		"a setting that is none": {
			file: "limit-quue = 3", want: `"limit-quue", which is not a setting`},
		"no TOML":      {file: "limit-queue 3", want: "not valid TOML: line 1"},
		"a table":      {file: "[limits]\nqueue = 3", want: `"limits"`},
		"another file": {file: "config = 'x'", want: `"config", which is not a setting`},
	} {
		path := filepath.Join(dir, "trapped.toml")
		write(t, path, []byte(c.file))
		env := map[string]string{"TRAPPED_CONFIG": path}
		if c.env != "" {
			env["TRAPPED_LIMIT_QUEUE"] = c.env
		}
		if _, err := configured(t, env); err == nil || !strings.Contains(err.Error(), c.want) || exitCode(err) != exitWrongUse {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := configured(t, nil, "--config", filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "There is no file") {
		t.Errorf("a file that is missing: %v", err)
	}
	for _, args := range [][]string{
		{"--log-format", "xml"}, {"--log-level", "loud"}, {"--tls-cert", "x"}, {"--trusted-proxies", "proxy"}, {"--metrics-from", "10.0.0.0/99"},
		{"--path", "/a b"}, {"--path", "/a/../b"}, {"--path", "//a//b"}, {"--path", "https://host/art"},
		{"--limit-connections", "0"}, {"--limit-requests", "NaN"}, {"--limit-posts", "-1"}, {"--limit-share", "65"}, {"--limit-shares", "0"},
	} {
		if r := command(t, t.Context(), append([]string{"serve", "--data", dir, "--addr", "127.0.0.1:0"}, args...)...); r.code != exitWrongUse {
			t.Errorf("%v is answered by %d %s", args, r.code, r.err)
		}
	}
}

// A limit that is out of its range is named, with the range and no other limit.
func TestLimitsAreNamed(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ command, flag, value, takes string }{
		{"serve", "limit-queue", "0", "1 to 1048576 jobs"}, {"serve", "limit-keep", "59s", "at least 1m"}, {"serve", "limit-disk", "0", "1 to 1048576 GiB"},
		{"serve", "limit-upload", "1025", "1 to 1024 MiB"}, {"serve", "limit-uploads", "127", "128 to 1048576 MiB, and at least twice --limit-upload"},
		{"serve", "limit-picture", "65", "1 to 64 million pixels"}, {"serve", "limit-megapixels", "0", "1 to 64 million pixels"},
		{"serve", "limit-share", "65", "1 to 64 MiB"}, {"serve", "limit-shares", "0", "1 to 1048576 GiB"}, {"serve", "limit-connections", "0", "1 to 1048576"},
		{"serve", "limit-requests", "NaN", "0 to 1000000 requests per second"}, {"serve", "limit-posts", "-1", "0 to 1000000 jobs and shares per minute"},
		{"serve", "grace", "-1s", "at least 0s"}, {"serve", "workers", "65", "0 to 64"}, {"serve", "worker-silence", "1ms", "at least 1s"},
		{"serve", "nats-replicas", "6", "1 to 5"}, {"serve", "checkpoint-every", "0s", "at least 1s"}, {"serve", "limit-time", "1ms", "at least 1s, or 0 for no limit"},
		{"serve", "limit-memory", "0", "1 to 1048576 GiB"}, {"serve", "threads", "-1", "0 to 1024"}, {"bench", "size", "15", "16 to 4096 pixels"},
		{"bench", "iterations", "0", "1 to 10000"}, {"bench", "threads", "1025", "0 to 1024"},
	} {
		r := command(t, t.Context(), c.command, "--data", dir, "--"+c.flag, c.value)
		if want := "--" + c.flag + " must be " + c.takes + "."; r.code != exitWrongUse || r.err != want {
			t.Errorf("%s --%s %s is answered by %d and %q, want %q", c.command, c.flag, c.value, r.code, r.err, want)
		}
	}
}

// A flag that had another name is given by that, too, in every way, and no help shows it.
func TestFormerNames(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trapped.toml")
	write(t, path, []byte("fetch-weights = true\n"))
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
	}{
		"flag":     {nil, []string{"--fetch-weights"}},
		"variable": {map[string]string{"TRAPPED_FETCH_WEIGHTS": "true"}, nil},
		"file":     {map[string]string{"TRAPPED_CONFIG": path}, nil},
	} {
		cmd, err := configured(t, c.env, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		if f := cmd.Flags().Lookup("fetch-network"); f.Value.String() != "true" {
			t.Errorf("by its %s it is %s", name, f.Value)
		}
	}
	for _, args := range [][]string{
		{"bench", "--weights", "nosuch"}, {"verify", "--weights", "nosuch", "--content", "a", "--style", "b"},
		{"stylize", "--weights", "nosuch", "--content", "a", "--style", "b", "--out", "a.png"}, {"site", "--weights", "nosuch", "--out", t.TempDir()}, {"weights", "inspect", "nosuch"},
	} {
		if r := command(t, t.Context(), args...); r.code == exitWrongUse {
			t.Errorf("%q: %s", args, r.err)
		}
		if r := command(t, t.Context(), args[0], "--help"); strings.Contains(r.out, "--weights") {
			t.Errorf("the help of %s shows --weights", args[0])
		}
	}
	if r := command(t, t.Context(), "serve", "--help"); strings.Contains(r.out+r.err, "fetch-weights") || strings.Contains(r.out+r.err, "FETCH_WEIGHTS") {
		t.Error("the help of serve shows --fetch-weights")
	}
}

// The table of --help and that of the operating guide have the same rows.
func TestSettingsAreDocumented(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows, known := map[string]string{}, map[string]bool{}
	for line := range strings.Lines(string(guide)) {
		if flag, ok := strings.CutPrefix(line, "| `--"); ok {
			flag, _, _ = strings.Cut(flag, "`")
			rows[flag] = strings.TrimSpace(line)
		}
	}
	help := command(t, t.Context(), "serve", "--help")
	for _, name := range []string{"serve", "worker"} {
		cmd, _, err := newRootCommand().Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range settingsOf(cmd) {
			standard := ""
			if s.standard != "" {
				standard = "`" + s.standard + "`"
			}
			want := strings.ReplaceAll("| `--"+s.flag+"` | `"+s.env+"` | "+standard+" | "+s.meaning+" |", "  ", " ")
			if rows[s.flag] != want {
				t.Errorf("docs/operating.md has\n%s\nwant\n%s", rows[s.flag], want)
			}
			if name == "serve" && (!strings.Contains(help.out+help.err, "--"+s.flag+" ") || !strings.Contains(help.out+help.err, s.env+" ")) {
				t.Errorf("--help lacks %s", s.flag)
			}
			known[s.flag] = true
		}
	}
	for flag := range rows {
		if !known[flag] {
			t.Errorf("docs/operating.md has --%s, which is no flag", flag)
		}
	}
}
