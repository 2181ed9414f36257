package program_test

import (
	"fmt"
	"os"
	"testing"

	"trappedinart/internal/program"
)

const asProgram = "TRAPPED_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(asProgram) {
	case "":
		os.Exit(m.Run())
	case "waits":
		fmt.Fprintln(os.Stderr, "noise")
		fmt.Println("it is at", os.Args[1])
		select {}
	}
	os.Exit(7)
}

// A program's output is heard while it runs, it can be killed and started again, and its end has its error.
func TestProgram(t *testing.T) {
	p := program.Start(t, os.Args[0], []string{asProgram + "=waits"}, "home")
	for n := 1; n <= 2; n++ {
		if got := p.Line(t, n, " is at "); got != "it is at home" {
			t.Errorf("its line is %q", got)
		}
		p.Kill()
		if err := p.Ended(t); err == nil {
			t.Error("killed, it ends without an error")
		}
		if n == 1 {
			p.Again(t)
		}
	}
	if err := program.Start(t, os.Args[0], []string{asProgram + "=fails"}).Ended(t); err == nil || err.Error() != "exit status 7" {
		t.Errorf("it ends with %v", err)
	}
}
