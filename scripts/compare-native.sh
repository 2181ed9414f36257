#!/bin/bash
# Runs VGG-19 here and in PyTorch, in turns: rounds, threads and iterations, and the folder of
# the comparison.
set -euo pipefail
rounds=$1 threads=$2 iterations=$3 compare=$4 python=${PYTHON:-/usr/bin/python3}
"$python" -c "import torch" 2>/dev/null || {
  echo "This needs PyTorch. Install it with: sudo apt-get install python3-torch libopenblas0-openmp"
  exit 1
}
for size in 256 512; do
  for round in $(seq "$rounds"); do
    bin/trapped bench --network vgg19 --size "$size" --threads "$threads" --iterations "$iterations" --json
    "$python" "$compare/pytorch.py" --size "$size" --threads "$threads" --iterations "$iterations"
  done
done | node "$compare/ratios.js"
