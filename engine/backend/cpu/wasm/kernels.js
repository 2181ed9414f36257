// Supplies the kernels to a Go program built with the tag wasmkernels: a second
// WebAssembly module that works in the program's own memory. The program must exist
// before the module can, so it is given functions that call the module once it is
// there; until then, and if it never comes, variant is 0 and the program must not
// call them.
"use strict";

globalThis.wasmKernels = () => {
  let k;
  let variant = 0;
  return {
    // To be made importObject.kernels.
    imports: {
      variant: () => variant,
      product: (a, b, c, d, e, f, g, h, i) => k.product(a, b, c, d, e, f, g, h, i),
      input: (a, b, c, d, e, f) => k.input(a, b, c, d, e, f),
      output: (a, b, c, d, e, f) => k.output(a, b, c, d, e, f),
      outputRelu: (a, b, c, d, e, f, g, h, i, j) => k.outputRelu(a, b, c, d, e, f, g, h, i, j),
      filter: (a, b, c, d, e) => k.filter(a, b, c, d, e),
      expand: (a, b, c, d, e) => k.expand(a, b, c, d, e),
      relu: (a, b, c, d, e, f, g, h, i) => k.relu(a, b, c, d, e, f, g, h, i),
      masked: (a, b, c, d) => k.masked(a, b, c, d),
      dot: (a, b, c) => k.dot(a, b, c),
      squares: (a, b, c) => k.squares(a, b, c),
    },
    // Loads the best of the modules that the engine takes: 2 has fused multiply-adds
    // (relaxed SIMD), 1 has not. load(name) promises a file's bytes.
    async attach(memory, load) {
      for (const [number, name] of [[2, "kernels-relaxed.wasm"], [1, "kernels.wasm"]]) {
        try {
          const bytes = await load(name);
          if (!WebAssembly.validate(bytes)) continue;
          k = (await WebAssembly.instantiate(bytes, { e: { m: memory } })).instance.exports;
          variant = number;
          return;
        } catch (err) {
          console.warn("The fast kernels cannot be loaded; the slower ones are used.", err);
        }
      }
    },
  };
};
