package trappedinart_test

import (
	"os"
	"strings"
	"testing"
)

// TestNoSleeps: a test waits for an event (internal/await), and not for a time that is long enough on
// most machines. await.Time is for what only time does, and says beside it what that is.
func TestNoSleeps(t *testing.T) {
	tests := files(t, "_test.go")
	if len(tests) < 100 {
		t.Fatalf("only %d tests are looked at", len(tests))
	}
	for _, path := range tests {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, reason, _ := strings.Cut(line, "//")
			switch {
			case strings.Contains(code, "time"+".Sleep("), strings.Contains(code, "chromedp"+".Sleep("):
				t.Errorf("%s:%d sleeps; wait for an event, as package await does", path, i+1)
			case strings.Contains(code, "await"+".Time(") && strings.TrimSpace(reason) == "":
				t.Errorf("%s:%d lets time pass, and no comment says what for", path, i+1)
			}
		}
	}
}
