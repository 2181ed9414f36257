// Command share makes the memory of a Go program for WebAssembly one that several
// workers can share, in place:
//
//	share bin/site/worker.wasm
//
// Go's own code stays one thread, and needs no change for it: the kernels of
// engine/backend/cpu alone run in the others.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "share:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("name the program")
	}
	program, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	program, err = share(program)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return os.WriteFile(args[0], program, 0o644)
}

// mostPages is the largest memory there can be: of shared memory this must be said.
const mostPages = 65536

const (
	sectionMemory = 5
	limitsShared  = 3 // with a least and a largest size
)

var errFormat = errors.New("this is no WebAssembly program with a memory of its own")

// share returns a module whose memory, the only one, is shared; one that was is returned
// as it is. The format is that of the WebAssembly specification, chapter 5.
func share(module []byte) ([]byte, error) {
	const head = 8
	if len(module) < head || string(module[:4]) != "\x00asm" {
		return nil, errFormat
	}
	for at := head; at < len(module); {
		section := module[at:]
		size, n := binary.Uvarint(section[1:])
		if n <= 0 || size > uint64(len(section)-1-n) {
			return nil, errFormat
		}
		body := section[1+n:][:size]
		next := at + 1 + n + len(body)
		if section[0] != sectionMemory {
			at = next
			continue
		}
		if len(body) < 3 || body[0] != 1 || body[1] > limitsShared {
			return nil, errFormat
		}
		if body[1] == limitsShared {
			return module, nil
		}
		least, n := binary.Uvarint(body[2:])
		if n <= 0 {
			return nil, errFormat
		}
		limits := binary.AppendUvarint([]byte{1, limitsShared}, least)
		limits = binary.AppendUvarint(limits, mostPages)
		out := append([]byte(nil), module[:at]...)
		out = append(out, sectionMemory)
		out = binary.AppendUvarint(out, uint64(len(limits)))
		return append(append(out, limits...), module[next:]...), nil
	}
	return nil, errFormat
}
