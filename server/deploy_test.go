package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// understood says whether the program takes a command line and an environment.
func understood(t *testing.T, from string, args, environment []string) {
	t.Helper()
	cmd, rest, err := newRootCommand().Find(args)
	if err != nil || len(args) == 0 || cmd.Name() != args[0] {
		t.Errorf("%s: %q is no command, %v", from, args, err)
		return
	}
	if err := cmd.ParseFlags(rest); err != nil || cmd.Flags().NArg() > 0 {
		t.Errorf("%s: %q is not understood: %v", from, args, err)
	}
	variables := map[string]string{}
	for _, line := range environment {
		name, value, ok := strings.Cut(line, "=")
		if known := slices.ContainsFunc(settingsOf(cmd), func(s setting) bool { return s.variable == name }); !known || !ok {
			t.Errorf("%s: %s is no setting of trapped %s", from, line, cmd.Name())
		}
		variables[name] = value
	}
	if err := configure(cmd, func(name string) (string, bool) { v, ok := variables[name]; return v, ok }); err != nil {
		t.Errorf("%s: %v", from, err)
	}
}

// What stands in the files that deploy the program is what it takes.
func TestDeployment(t *testing.T) {
	read := func(path string) string {
		t.Helper()
		data, err := os.ReadFile("../" + path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	t.Run("Dockerfile", func(t *testing.T) {
		last := map[string]string{}
		for line := range strings.Lines(read("Dockerfile")) {
			if word, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
				last[word] = rest
			}
		}
		var entry, args []string
		if yaml.Unmarshal([]byte(last["ENTRYPOINT"]), &entry) != nil || !slices.Equal(entry, []string{"/trapped"}) || !strings.HasSuffix(last["USER"], "65532") || last["FROM"] != "scratch" {
			t.Errorf("it is %v", last)
		}
		if err := yaml.Unmarshal([]byte(last["CMD"]), &args); err != nil {
			t.Fatal(err)
		}
		understood(t, "Dockerfile", args, strings.Fields(last["ENV"]))
		mod := read("go.mod")
		_, toolchain, _ := strings.Cut(mod, "toolchain go")
		toolchain, _, _ = strings.Cut(toolchain, "\n")
		if !strings.Contains(read("Dockerfile"), "FROM golang:"+toolchain+"-") {
			t.Errorf("it does not build with go%s", toolchain)
		}
	})
	t.Run("compose.yaml", func(t *testing.T) {
		var compose struct {
			Services map[string]struct {
				Image       string
				Command     []string
				Environment map[string]string
				Volumes     []string
				Networks    []string
				Deploy      struct{ Replicas int }
			}
			Configs  map[string]struct{ Content string }
			Volumes  map[string]any
			Networks map[string]any
		}
		if err := yaml.Unmarshal([]byte(read("compose.yaml")), &compose); err != nil {
			t.Fatal(err)
		}
		ours := 0
		for name, s := range compose.Services {
			for _, v := range s.Volumes {
				volume, _, _ := strings.Cut(v, ":")
				if _, ok := compose.Volumes[volume]; !ok {
					t.Errorf("%s: there is no volume %s", name, volume)
				}
			}
			for _, n := range s.Networks {
				if _, ok := compose.Networks[n]; !ok {
					t.Errorf("%s: there is no network %s", name, n)
				}
			}
			if s.Image != "trapped" {
				continue
			}
			ours += max(1, s.Deploy.Replicas)
			var environment []string
			for k, v := range s.Environment {
				environment = append(environment, k+"="+v)
			}
			understood(t, name, s.Command, environment)
			if !slices.Contains(s.Command, "nats://nats:4222") {
				t.Errorf("%s does not use the NATS beside it: %q", name, s.Command)
			}
		}
		if ours != 3 || compose.Services["nats"].Image == "" || !strings.Contains(compose.Configs["nats"].Content, "sync_interval: always") {
			t.Errorf("there are %d servers and workers, and NATS with %+v", ours, compose.Configs)
		}
	})
	t.Run("trapped.service", func(t *testing.T) {
		var args, environment []string
		for line := range strings.Lines(read("deploy/trapped.service")) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			switch key {
			case "ExecStart":
				args = strings.Fields(value)
			case "Environment":
				environment = append(environment, value)
			}
		}
		if len(args) == 0 || args[0] != "/usr/local/bin/trapped" {
			t.Fatalf("it starts %q", args)
		}
		understood(t, "trapped.service", args[1:], environment)
	})
}
