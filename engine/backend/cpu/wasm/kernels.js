// Supplies the kernels to a Go program built with the tag wasmkernels: a second
// WebAssembly module that works in the program's own memory. The program must exist
// before the module can, so it is given functions that call the module once it is
// there; until then, and if it never comes, variant is 0 and the program must not
// call them.
//
// helpers are workers that run helper.js. They take part if the program's memory is
// shared, as wasm/share makes it.
"use strict";

globalThis.wasmKernels = (helpers = []) => {
  let k, module, memory;
  let variant = 0;
  const shared = () => wasmIsShared(memory.buffer);
  return {
    // To be made importObject.kernels.
    imports: {
      variant: () => variant,
      play: (records, n) => k.play(records, n, 0),
      dot: (x, y, n) => k.dot(x, y, n),
      squares: (x, y, n) => k.squares(x, y, n),
      offer: (control, recorded) => k.offer(control, recorded),
      share: (control, recorded) => k.share(control, recorded),
      // Returns how many helpers there will be, sooner or later.
      crew(control) {
        if (!shared()) return 0;
        let sent = 0;
        try {
          for (const helper of helpers) helper.postMessage({ module, memory, control, worker: ++sent });
        } catch (err) {
          console.warn("A helper cannot be given the memory; the engine goes on with those that have it.", err);
          sent--;
        }
        return sent;
      },
    },
    // Loads the best of the modules that the engine takes: 2 has fused multiply-adds
    // (relaxed SIMD), 1 has not. load(name) promises a file's bytes.
    async attach(programs, load) {
      memory = programs;
      for (const [number, name] of [[2, "kernels-relaxed.wasm"], [1, "kernels.wasm"]]) {
        try {
          let bytes = await load(name);
          if (!shared()) bytes = wasmUnshared(bytes);
          if (!WebAssembly.validate(bytes)) continue;
          module = await WebAssembly.compile(bytes);
          k = (await WebAssembly.instantiate(module, { e: { m: memory } })).exports;
          variant = number;
          return;
        } catch (err) {
          console.warn("The fast kernels cannot be loaded; the slower ones are used.", err);
        }
      }
    },
  };
};

// Returns a program as it is, but for its shared memory, which may have at most so many pages.
globalThis.wasmLimited = (bytes, pages) => wasmMemory(bytes, (b, at, id) => {
  if (id !== 5 || b[at + 1] !== 3) return;
  let largest = at + 2;
  while (b[largest++] & 128);
  b.set([pages & 127 | 128, pages >> 7 & 127 | 128, pages >> 14], largest); // as 65536 is written
});

// Returns a module as it is, but for its memory, which is not shared.
globalThis.wasmUnshared = (bytes) => wasmMemory(bytes, (b, at, id) => {
  if (id === 5 && b[at + 1] === 3) b[at + 1] = 1; // not shared, of the same limits
  // Of kernels the memory is the only import. It is then of at least a page (written
  // in as many bytes as the limits had), and of no largest size: nor need be another's.
  if (id === 2 && b[at] === 1 && b[at + 5] === 2 && b[at + 6] === 3) b.set([0, 0x81, 0x80, 0x80, 0], at + 6);
});

// Returns a copy of a module, of which change(bytes, place, id) has had every section.
const wasmMemory = (bytes, change) => {
  const b = new Uint8Array(bytes).slice();
  for (let at = 8, id, size, shift; at < b.length; at += size) {
    id = b[at++];
    size = shift = 0;
    do {
      size |= (b[at] & 127) << shift;
      shift += 7;
    } while (b[at++] & 128);
    change(b, at, id);
  }
  return b;
};

// Says whether a buffer is shared. A browser may share memory without a name for what it is:
// SharedArrayBuffer is undefined in WebKit.
globalThis.wasmIsShared = (buffer) => !(buffer instanceof ArrayBuffer);

// Has what Go asks of the browser go through copies where it does not take shared
// memory: text, and random numbers. It says whether the engine may have such memory: all
// that it will do with it was then tried.
globalThis.wasmLetShare = () => {
  const copied = (v) => ArrayBuffer.isView(v) && wasmIsShared(v.buffer) ?
    new Uint8Array(v.buffer, v.byteOffset, v.byteLength).slice() : v;
  const decode = TextDecoder.prototype.decode;
  TextDecoder.prototype.decode = function (v, options) {
    return decode.call(this, copied(v), options);
  };
  const random = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = (v) => {
    const c = random(copied(v));
    if (c !== v) new Uint8Array(v.buffer, v.byteOffset, v.byteLength).set(c);
    return v;
  };
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(memory);
    port1.close();
    port2.close();
    crypto.getRandomValues(new Uint8Array(memory.buffer, 0, 8));
    new TextDecoder().decode(new DataView(memory.buffer, 0, 0));
    Atomics.store(new Int32Array(memory.buffer), 0, 1);
    return wasmIsShared(memory.buffer);
  } catch (err) {
    console.warn("Memory cannot be shared here; the engine goes on without helpers.", err);
    return false;
  }
};
