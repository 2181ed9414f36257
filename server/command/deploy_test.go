package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// The files for deployment use only commands, flags, variables and values that exist.
func TestDeployment(t *testing.T) {
	read := func(name ...string) string {
		data, err := os.ReadFile(filepath.Join(append([]string{"..", ".."}, name...)...))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	var calls [][]string
	list := regexp.MustCompile(`(?:CMD|command:) (\[.*\])`)
	for name, text := range map[string]string{"Dockerfile": read("Dockerfile"), "compose.yaml": read("compose.yaml")} {
		n := 0
		for _, found := range list.FindAllStringSubmatch(text, -1) {
			var args []string
			if err := json.Unmarshal([]byte(found[1]), &args); err != nil {
				t.Errorf("%s: %s: %v", name, found[1], err)
			}
			if args[0] == "--config" {
				continue // of NATS
			}
			calls = append(calls, args)
			n++
		}
		if n != 2 {
			t.Errorf("%s has %d commands", name, n)
		}
	}
	unit := read("deploy", "trapped.service")
	guide := read("docs", "operating.md")
	for _, text := range []string{unit, guide} {
		n := 0
		for _, found := range regexp.MustCompile(`(?m)^(?:ExecStart=| {4}|\$ )(/usr/local/bin/trapped|trapped) (.*)$`).FindAllStringSubmatch(text, -1) {
			calls = append(calls, strings.Fields(strings.TrimSuffix(found[2], "&")))
			n++
		}
		if n == 0 {
			t.Errorf("no command was found in %.60q", text)
		}
	}
	known := map[string]bool{}
	for _, args := range calls {
		if args[0] == "/trapped" {
			args = args[1:]
		}
		cmd, rest, err := newRootCommand().Find(args)
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err == nil {
			err = cmd.ValidateArgs(cmd.Flags().Args())
		}
		if err != nil {
			t.Errorf("trapped %s: %v", strings.Join(args, " "), err)
		}
	}
	for _, name := range []string{"serve", "worker"} {
		cmd, _, err := newRootCommand().Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range settingsOf(cmd) {
			known[s.env] = true
		}
	}
	for _, text := range []string{read("Dockerfile"), read("compose.yaml"), unit, guide} {
		for _, variable := range regexp.MustCompile(`\bTRAPPED_[A-Z_]+`).FindAllString(text, -1) {
			if !known[variable] && variable != envPrefix && variable != "TRAPPED_SHARES" { // a stream
				t.Errorf("there is no %s", variable)
			}
		}
	}
	o, err := server.ProcessConfigFile(filepath.Join("..", "..", "deploy", "nats.conf"))
	if err != nil || !o.JetStream || !o.SyncAlways || o.StoreDir != "/data" {
		t.Errorf("NATS is set up as %+v, %v", o, err)
	}
	if docker := read("Dockerfile"); !strings.Contains(docker, "USER 65532") || !strings.Contains(docker, "FROM scratch") {
		t.Error("the container's program has more than it needs")
	}
}

func TestHealth(t *testing.T) {
	s := startServe(t)
	addr := strings.TrimPrefix(s.url, "http://")
	if r := command(t, t.Context(), "health", "--addr", addr); r.code != exitDone || !strings.Contains(r.out, "ready") {
		t.Errorf("of one that runs: %+v", r)
	}
	if r := command(t, t.Context(), "health", "--addr", "127.0.0.1:1"); r.code != exitFailed || !strings.Contains(r.err, "No server answers") {
		t.Errorf("of none: %+v", r)
	}
	if r := command(t, t.Context(), "health", "--addr", "here"); r.code != exitWrongUse {
		t.Errorf("of no address: %+v", r)
	}
}
