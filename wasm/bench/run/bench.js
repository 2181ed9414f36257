// Runs bench.wasm in this Web Worker and posts what it prints, line by line. Its flags
// are the keys and values of the address, but for workers, which is how many work on it
// if its memory is shared (wasm/share): one unless said.
"use strict";

// Posts go one after the other, so that lines arrive in order and the end at last.
let posted = Promise.resolve();
const post = (path, text) => {
  posted = posted.then(() => fetch(path, { method: "POST", body: text }));
};

(async () => {
  try {
    importScripts("wasm_exec.js", "kernels.js");
    wasmLetShare();
    const decoder = new TextDecoder(), rest = { 1: "", 2: "" };
    fs.writeSync = (fd, bytes) => {
      const lines = (rest[fd] + decoder.decode(bytes)).split("\n");
      rest[fd] = lines.pop();
      for (const line of lines) post(fd === 1 ? "stdout" : "stderr", line);
      return bytes.length;
    };
    const go = new Go();
    go.argv = ["bench"];
    const query = new URLSearchParams(location.search), helpers = [];
    for (let i = Number(query.get("workers")); i > 1; i--) helpers.push(new Worker("helper.js"));
    query.delete("workers");
    for (const [key, value] of query) go.argv.push(`-${key}=${value}`);
    let code = 0;
    go.exit = (c) => { code = c; };
    const kernels = wasmKernels(helpers);
    go.importObject.kernels = kernels.imports;
    const { instance } = await WebAssembly.instantiateStreaming(fetch("bench.wasm"), go.importObject);
    await kernels.attach(instance.exports.mem, async (name) => {
      const response = await fetch(name);
      if (!response.ok) throw new Error(`${name}: ${response.status}`);
      return response.arrayBuffer();
    });
    await go.run(instance);
    addEventListener("error", (e) => e.preventDefault()); // of its timers, which find it gone
    post("end", code === 0 ? "" : `the benchmark has ended with code ${code}`);
  } catch (err) {
    post("end", String(err));
  }
})();
