#!/bin/bash
# Builds the program for each system twice, once here and once from a copy of the tree in another
# place with an empty cache, and compares: who builds the same commit gets the same bytes. Then it
# lists what is in each (CycloneDX) and writes checksums. RELEASE_TARGETS can name fewer systems.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=(${RELEASE_TARGETS:-linux/amd64 linux/arm64 darwin/arm64 darwin/amd64 windows/amd64})
version=$(sed -n 's/^const Version = "\(.*\)"/\1/p' server/command/version.go)
out=$PWD/bin/release
rm -rf "$out" && mkdir -p "$out"
again=$(mktemp -d)
trap 'chmod -R u+w "$again" && rm -rf "$again"' EXIT

name() { echo "trapped-$version-${1/\//-}$([[ $1 = windows/* ]] && echo .exe || true)"; }

# Nothing that goes in may depend on the place, the clock, or who builds.
build() {
  for target in "${targets[@]}"; do
    CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build -trimpath -buildvcs=false \
      -ldflags "-s -w -buildid=" -o "$1/$(name "$target")" ./server
  done
}

build "$out"
mkdir "$again/tree" "$again/out"
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- | tar --extract --directory="$again/tree"
(
  export GOCACHE=$again/cache
  cd "$again/tree"
  make --no-print-directory site-assets
  build "$again/out"
)
for target in "${targets[@]}"; do
  if ! cmp "$out/$(name "$target")" "$again/out/$(name "$target")"; then
    echo "Two builds for $target differ: see what in them depends on where or when they were made."
    exit 1
  fi
done
echo "Each of ${#targets[@]} programs was built twice to the same bytes."

[ -x bin/cyclonedx-gomod ] || GOBIN=$PWD/bin go install "$CYCLONEDX"
for target in "${targets[@]}"; do
  bin/cyclonedx-gomod bin -json -std -noserial -notimestamp -version "$version" -output "$out/$(name "$target").cdx.json" "$out/$(name "$target")" 2>/dev/null
done
(cd "$out" && sha256sum trapped-* > SHA256SUMS && cat SHA256SUMS)
