#!/bin/bash
# Sees that Node, npm and Chromium are there, and installs them where it may.
set -euo pipefail
need=()
has() { command -v "$1" >/dev/null; }
has node || need+=(nodejs)
has chromium || has chromium-browser || has google-chrome || need+=(chromium)
has npm || need+=(npm)
[ "${#need[@]}" = 0 ] && exit 0
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo -n)
if has apt-get && "${sudo[@]}" true 2>/dev/null; then
  echo "Installing ${need[*]} with apt-get, for the tests."
  "${sudo[@]}" apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q "${need[@]}" >/dev/null
else
  echo "The tests need ${need[*]}. Install them with: sudo apt-get install ${need[*]}"
  exit 1
fi
