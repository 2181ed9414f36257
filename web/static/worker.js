// Starts the engine in a Web Worker, with the fast kernels where the browser takes
// them, and with helpers where it lets workers share memory: so many that with this one
// they are as many as ?workers=N says. All it does by itself is to say when that does not
// work, or when the engine has ended: {broken: why}; and which locks it and its helpers hold
// for as long as they live, by which the page notices their end: {alive: name}.
"use strict";

const asked = new URLSearchParams(location.search);
// Pages of the largest memory, which browsers promise whole if it is shared; a device may
// have no room for so many.
const mostPages = 65536, leastPages = 8192;

self.memoryLimit = Number(asked.get("memory")) * 2 ** 20;

// Instantiates the program, with half as much memory each time that the browser refuses, and
// at last with memory of its own, of which nothing is promised.
const instantiate = async (imports, sharing) => {
  const fetched = () => fetch("worker.wasm");
  if (sharing) {
    try {
      return await WebAssembly.instantiateStreaming(fetched(), imports);
    } catch (err) {
      console.warn("The browser does not grant all memory; less is asked for.", err);
    }
  }
  const program = await (await fetched()).arrayBuffer();
  for (let pages = mostPages / 2; sharing && pages >= leastPages; pages /= 2) {
    try {
      const made = await WebAssembly.instantiate(wasmLimited(program, pages), imports);
      self.memoryLimit = Math.min(self.memoryLimit, pages * 2 ** 16 * 3 / 8);
      return made;
    } catch (err) {
      console.warn(`Nor does it grant ${pages / 16} MB.`, err);
    }
  }
  return WebAssembly.instantiate(wasmUnshared(program), imports);
};

(async () => {
  try {
    if (self.name && navigator.locks) {
      navigator.locks.request(self.name, () => {
        self.postMessage({ alive: self.name });
        return new Promise(() => {});
      });
    }
    importScripts("../wasm_exec.js", "kernels.js");
    const helpers = [];
    const sharing = self.crossOriginIsolated && wasmLetShare();
    if (sharing) {
      for (let i = Number(asked.get("workers")); i > 1; i--) {
        const helper = new Worker("helper.js", { name: `${self.name}-${i}` });
        helper.onerror = (e) => e.preventDefault(); // it goes without
        helper.onmessage = ({ data }) => self.postMessage(data); // that it is alive
        helpers.push(helper);
      }
    }
    const go = new Go();
    const kernels = wasmKernels(helpers);
    go.importObject.kernels = kernels.imports;
    const { instance } = await instantiate(go.importObject, sharing);
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
