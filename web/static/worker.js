// Starts the engine in a Web Worker, with the fast kernels where the browser takes
// them, and with helpers where it lets workers share memory: so many that with this one
// they are as many as processors, or as ?workers=N says. All it does by itself is to say
// when that does not work, or when the engine has ended: {broken: why}.
"use strict";

const most = 16;

const workers = () => {
  const wanted = Number(new URLSearchParams(location.search).get("workers"));
  return Math.min(Math.max(wanted || Math.min(navigator.hardwareConcurrency || 1, 8), 1), most);
};

(async () => {
  try {
    importScripts("../wasm_exec.js", "kernels.js");
    const helpers = [];
    const sharing = self.crossOriginIsolated && wasmLetShare();
    if (sharing) {
      for (let i = workers(); i > 1; i--) {
        const helper = new Worker("helper.js");
        helper.onerror = (e) => e.preventDefault(); // it goes without
        helpers.push(helper);
      }
    }
    const go = new Go();
    const kernels = wasmKernels(helpers);
    go.importObject.kernels = kernels.imports;
    const fetched = () => fetch("worker.wasm");
    const own = async () => {
      const program = wasmUnshared(await (await fetched()).arrayBuffer());
      return WebAssembly.instantiate(program, go.importObject);
    };
    // A device may have no room for memory that is shared, whose whole size is promised.
    const { instance } = sharing ?
      await WebAssembly.instantiateStreaming(fetched(), go.importObject).catch(own) : await own();
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
