package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A module with an empty section 1, a memory of 37 pages and more, and an empty section 10.
const module = "\x00asm\x01\x00\x00\x00" + "\x01\x01\x00" + "\x05\x03\x01\x00\x25" + "\x0a\x01\x00"

const shared = "\x00asm\x01\x00\x00\x00" + "\x01\x01\x00" + "\x05\x06\x01\x03\x25\x80\x80\x04" + "\x0a\x01\x00"

func TestShare(t *testing.T) {
	for _, program := range []string{module, shared, strings.Replace(module, "\x05\x03\x01\x00\x25", "\x05\x05\x01\x01\x25\x80\x02", 1)} {
		got, err := share([]byte(program))
		if err != nil || string(got) != shared {
			t.Errorf("%x, %v\nof %x; want\n%x", got, err, program, shared)
		}
	}
}

func TestShareRefuses(t *testing.T) {
	for what, program := range map[string]string{
		"nothing":               "",
		"no module":             "GIF89a..",
		"no memory":             "\x00asm\x01\x00\x00\x00\x01\x01\x00",
		"a section without end": "\x00asm\x01\x00\x00\x00\x05\x7f\x01",
		"a size without end":    "\x00asm\x01\x00\x00\x00\x05\xff",
		"two memories":          "\x00asm\x01\x00\x00\x00\x05\x05\x02\x00\x25\x00\x25",
		"an empty section":      "\x00asm\x01\x00\x00\x00\x05\x00",
		"limits without end":    "\x00asm\x01\x00\x00\x00\x05\x03\x01\x00\xff",
	} {
		if got, err := share([]byte(program)); err == nil {
			t.Errorf("%s gives %x", what, got)
		}
	}
}

func TestRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "program.wasm")
	if err := os.WriteFile(path, []byte(module), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := run([]string{path}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, []byte(shared)) {
		t.Errorf("%x, %v", got, err)
	}
	if err := run(nil); err == nil {
		t.Error("without a program nothing is missed")
	}
}
