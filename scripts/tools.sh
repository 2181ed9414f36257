#!/bin/bash
# Sees that the programs which tests need are there, and installs them where it may: Node, npm and
# Chromium, or with the arguments firefox and webkit these browsers and a screen that nobody sees.
set -euo pipefail
need=()
has() { command -v "$1" >/dev/null; }
for browser in "$@"; do
  case $browser in
    firefox) has firefox-esr || has firefox || need+=(firefox-esr) ;;
    webkit)
      has WebKitWebDriver && ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser >/dev/null 2>&1 || need+=(webkit2gtk-driver)
      has Xvfb || need+=(xvfb)
      ;;
  esac
done
if [ "$#" = 0 ]; then
  has node || need+=(nodejs)
  has chromium || has chromium-browser || has google-chrome || need+=(chromium)
  has npm || need+=(npm)
fi
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
