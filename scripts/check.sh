#!/bin/bash
# What is quick enough to be run before each commit: format, vet, staticcheck, known holes, and
# the short tests of packages that differ from main (or from the last commit, on main itself).
set -euo pipefail
cd "$(dirname "$0")/.."
began=$SECONDS

base=$(git merge-base HEAD main 2>/dev/null || true)
if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then base=HEAD; fi
mapfile -t changed < <({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } | sort -u)

mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.go')
for i in "${!sources[@]}"; do [ -f "${sources[$i]}" ] || unset "sources[$i]"; done
unformatted=$(gofmt -l "${sources[@]}")
if [ -n "$unformatted" ]; then
  echo "$unformatted"
  echo "These files are not formatted: run gofmt -w on them."
  exit 1
fi

# A file belongs to the package of the nearest folder above it that is one.
packages=()
everything=$(go list -f '{{.Dir}}' ./...)
for file in "${changed[@]}"; do
  dir=$(dirname "$file")
  while [ "$dir" != . ] && ! grep -qx "$PWD/$dir" <<<"$everything"; do dir=$(dirname "$dir"); done
  case "$file" in
    *.go|*.s|*.wasm|*.js|*.css|*.html|*/testdata/*) packages+=("./$dir") ;;
    *.md|Makefile|Dockerfile|compose.yaml|deploy/*|go.mod|go.sum) packages+=(.) ;;
  esac
done
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | grep . | sed 's,^\./\.$,.,' | sort -u)
if [ "${#packages[@]}" = 0 ]; then
  echo "Nothing has changed against $base."
  exit 0
fi

go vet ./...
GOOS=js GOARCH=wasm GOEXPERIMENT=simd,nojsonv2 go vet ./web/... ./wasm/...
[ -x bin/staticcheck ] || GOBIN=$PWD/bin go install "$STATICCHECK"
mapfile -t native < <(printf '%s\n' "${packages[@]}" | grep -v '^\./web$' || true)
[ "${#native[@]}" = 0 ] || bin/staticcheck "${native[@]}"
scripts/vulnerabilities.sh
go test -short "${packages[@]}"
echo "Checked ${#packages[@]} packages in $((SECONDS - began)) s. make test runs everything."
