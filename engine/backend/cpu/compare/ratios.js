// Passes on the JSON lines of benchmarks, ours (backend cpu) and others', and says at
// the end how they compare: medians over all lines of one program and one size.
"use strict";

// What is compared: words, what it is the sum of in our lines, and in the others'.
const comparisons = [
  ["an iteration", ["seconds"], ["seconds"]],
  ["forward", ["seconds_forward"], ["seconds_forward"]],
  ["forward and gradient", ["seconds"], ["seconds_forward", "seconds_gradient"]],
  ["forward and gradient by turned filters", ["seconds"], ["seconds_forward", "seconds_gradient_by_convolution"]],
];

const found = new Map(); // by size, by backend: seconds by key

function take(line) {
  console.log(line);
  const b = JSON.parse(line);
  if (!found.has(b.size)) found.set(b.size, new Map());
  const programs = found.get(b.size);
  if (!programs.has(b.backend)) programs.set(b.backend, {});
  const all = programs.get(b.backend);
  for (const key in b) if (Array.isArray(b[key])) all[key] = [...(all[key] ?? []), ...b[key]];
}

// total returns the sum of the medians under these keys, or NaN if one is absent.
function total(all, keys) {
  return keys.reduce((sum, key) => {
    const list = [...(all[key] ?? [])].sort((a, b) => a - b);
    return sum + (list.length ? list[list.length >> 1] : NaN);
  }, 0);
}

function compare() {
  for (const [size, programs] of found) {
    const { cpu, ...others } = Object.fromEntries(programs);
    for (const name in others) {
      for (const [words, ourKeys, theirKeys] of comparisons) {
        const ours = total(cpu ?? {}, ourKeys), theirs = total(others[name], theirKeys);
        if (ours > 0 && theirs > 0) {
          console.log(`${size} px, ${words}: ours ${ours.toFixed(3)} s, ${name} ${theirs.toFixed(3)} s, ours/theirs ${(ours / theirs).toFixed(2)}`);
        }
      }
    }
  }
}

require("node:readline").createInterface({ input: process.stdin }).on("line", take).on("close", compare);
