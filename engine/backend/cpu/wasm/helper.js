// Helps a program with the kernels, for ever: see crew in ../crew_wasm.go. If that breaks
// the program is told, as it would wait for ever. A helper that has a name holds a lock of that
// name for as long as it lives, and says so first: {alive: name}; of its end nobody is told
// otherwise.
"use strict";

const broken = 268; // where the control has the word

const held = new Promise((resolve) => {
  if (!self.name || !navigator.locks) return resolve();
  navigator.locks.request(self.name, () => {
    self.postMessage({ alive: self.name });
    resolve();
    return new Promise(() => {});
  });
});

self.onmessage = async ({ data: { module, memory, control, worker } }) => {
  try {
    await held;
    const { exports } = await WebAssembly.instantiate(module, { e: { m: memory } });
    exports.serve(control, worker);
  } catch (err) {
    console.error(err);
    Atomics.store(new Int32Array(memory.buffer), (control + broken) / 4, 1);
  }
};
