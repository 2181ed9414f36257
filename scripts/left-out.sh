#!/bin/bash
# Prints what tests have left out, from the file that internal/fixture writes: each test
# once, however often it was run.
if [ -s "$1" ]; then
  echo "Left out, as something that they need is not here:"
  sort -u "$1" | sed 's/^/  /'
  rm -f "$1"
  echo "With TRAPPED_STRICT=1 each of them fails."
else
  echo "No test was left out."
fi
