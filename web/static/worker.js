// Starts the engine in a Web Worker, with the fast kernels where the browser takes
// them. All it does by itself is to say when that does not work, or when the engine
// has ended: {broken: why}.
"use strict";

(async () => {
  try {
    importScripts("../wasm_exec.js", "kernels.js");
    const go = new Go();
    const kernels = wasmKernels();
    go.importObject.kernels = kernels.imports;
    const { instance } = await WebAssembly.instantiateStreaming(fetch("worker.wasm"), go.importObject);
    await kernels.attach(instance.exports.mem, async (name) => {
      const response = await fetch(name);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return response.arrayBuffer();
    });
    await go.run(instance);
    self.postMessage({ broken: "the engine ended" });
  } catch (err) {
    self.postMessage({ broken: String(err) });
  }
})();
