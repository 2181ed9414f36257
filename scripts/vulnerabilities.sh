#!/bin/bash
# Asks govulncheck whether the program reaches a known hole of a module that it uses, or of Go.
# The database is at GOVULNDB, https://vuln.go.dev unless that is set; file:///DIR is a copy on
# this machine. Where there is none, this says so and fails nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
database=(${GOVULNDB:+-db "$GOVULNDB"})
[ -x bin/govulncheck ] || GOBIN=$PWD/bin go install "$GOVULNCHECK"

# What the packages have first, which is quick: most often nothing.
if said=$(bin/govulncheck "${database[@]}" -scan package ./... 2>&1); then
  exit 0
elif grep -q "fetching vulnerabilities" <<<"$said"; then
  echo "Known holes were not looked for, as their database (${GOVULNDB:-https://vuln.go.dev}) cannot be reached; GOVULNDB can name a copy."
  exit 0
elif ! grep -q "^Vulnerability #" <<<"$said"; then
  echo "$said"
  exit 1
fi
# Then whether that is reached, by the program and by what browsers load.
bin/govulncheck "${database[@]}" ./...
GOOS=js GOARCH=wasm GOEXPERIMENT=simd,nojsonv2 bin/govulncheck "${database[@]}" ./wasm ./web
