// Starts a Go program built with the tag wasmkernels under Node:
//
//	node node.js FOLDER_OF_WASM_EXEC relaxed|plain|broken PROGRAM [ARGUMENT...]
//
// relaxed needs node's --experimental-wasm-relaxed-simd where it is not on by
// itself; broken is an engine that takes none of the modules.
"use strict";

const fs = require("fs");
const path = require("path");

const [folder, variant, program, ...args] = process.argv.slice(2);
globalThis.fs = fs;
globalThis.path = path;
require(path.join(folder, "wasm_exec.js"));
require("./wasm/kernels.js");

const wanted = {
  relaxed: ["kernels-relaxed.wasm"],
  plain: ["kernels.wasm"],
  broken: [],
}[variant];

const go = new Go();
go.argv = [program, ...args];
go.env = Object.assign({ TMPDIR: require("os").tmpdir() }, process.env);
go.exit = process.exit;
const kernels = wasmKernels();
go.importObject.kernels = kernels.imports;

(async () => {
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(program), go.importObject);
  await kernels.attach(instance.exports.mem, async (name) =>
    wanted.includes(name) ? fs.readFileSync(path.join(__dirname, "wasm", name)) : new Uint8Array([0]));
  process.on("exit", (code) => {
    if (code === 0 && !go.exited) { // a deadlock: Go prints its stacks
      go._pendingEvent = { id: 0 };
      go._resume();
    }
  });
  await go.run(instance);
})().catch((err) => {
  console.error(err);
  process.exit(1);
});
