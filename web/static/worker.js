// Starts the engine in a Web Worker. All it does by itself is to say when that
// does not work, or when the engine has ended: {broken: why}.
"use strict";

(async () => {
  try {
    importScripts("../wasm_exec.js");
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(fetch("worker.wasm"), go.importObject);
    await go.run(instance);
    self.postMessage({ broken: "the engine ended" });
  } catch (err) {
    self.postMessage({ broken: String(err) });
  }
})();
