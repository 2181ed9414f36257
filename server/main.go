// Command trapped is the whole program in one binary: it serves the page, makes
// paintings on the command line and as jobs over HTTP, and looks after networks.
// Package command has its commands.
package main

import (
	"os"

	"trappedinart/server/command"
)

func main() { os.Exit(command.Run(os.Args[1:])) }
