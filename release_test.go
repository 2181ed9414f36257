package trappedinart_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The systems that scripts/release.sh builds for are vetted by make lint, and the tests of how
// they handle files compile for them: nobody here can run those.
func TestReleaseTargets(t *testing.T) {
	read := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	list := regexp.MustCompile(`RELEASE_TARGETS:-([^}]+)}`).FindStringSubmatch(read("scripts/release.sh"))
	if list == nil {
		t.Fatal("the script names no systems")
	}
	lint := read("Makefile")
	for _, target := range strings.Fields(list[1]) {
		system, processor, _ := strings.Cut(target, "/")
		if system == "linux" && processor == "amd64" {
			continue
		}
		if !strings.Contains(lint, "GOOS="+system+" GOARCH="+processor+" go vet ./...") {
			t.Errorf("make lint does not vet for %s", target)
		}
		if system == "linux" || testing.Short() {
			continue
		}
		for _, folder := range []string{"./internal/filelock", "./server/store", "./weights/fetch", "./server/command"} {
			cmd := exec.Command("go", "test", "-c", "-o", filepath.Join(t.TempDir(), "test"), folder)
			cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+processor, "CGO_ENABLED=0")
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("the tests of %s do not compile for %s: %v\n%s", folder, target, err, said)
			}
		}
	}
}
