// Reads pictures that the browser does not, in a Web Worker of their own, which is
// there for one picture: {name, file} is answered by {bitmap, note}, or by {code, error}.
"use strict";

self.onmessage = async ({ data: { name, file } }) => {
  try {
    importScripts("../wasm_exec.js");
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(fetch("pictures.wasm"), go.importObject);
    go.run(instance);
    const read = self.readPicture(name, new Uint8Array(file));
    if (read.error) {
      self.postMessage({ code: read.code, error: read.error });
      return;
    }
    const bitmap = await createImageBitmap(new ImageData(read.pixels, read.width, read.height));
    self.postMessage({ bitmap, note: read.note }, [bitmap]);
  } catch (err) {
    self.postMessage({ broken: String(err) });
  }
};
