// Helps a program with the kernels, for ever: see crew in ../crew_wasm.go. If that breaks
// the program is told, as it would wait for ever.
"use strict";

const broken = 268; // where the control has the word

self.onmessage = async ({ data: { module, memory, control, worker } }) => {
  try {
    const { exports } = await WebAssembly.instantiate(module, { e: { m: memory } });
    exports.serve(control, worker);
  } catch (err) {
    console.error(err);
    Atomics.store(new Int32Array(memory.buffer), (control + broken) / 4, 1);
  }
};
