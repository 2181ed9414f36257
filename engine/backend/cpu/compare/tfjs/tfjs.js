// Times the convolutions of VGG-19, conv1_1 to conv5_1, in TensorFlow.js' WebAssembly
// back end on one thread with SIMD, forward and back to the picture. wasm/bench/run
// opens the page, gives it size and iterations, and takes what it posts.
//
// The way back leaves out losses, ReLU and pooling: less than our program does. As the
// back end's own kernel for it is slow, the same gradient is also taken as the forward
// convolution by the filters turned round, which a clever user of it would do.
"use strict";

const blocks = [[64, 64], [128, 128], [256, 256, 256, 256], [512, 512, 512, 512], [512]];

// layers returns the convolutions with everything that they compute on. Feature maps
// are [1,H,W,C] and filters [3,3,I,O], as TensorFlow.js has them.
function layers(size) {
  const list = [];
  let channels = 3;
  blocks.forEach((outs, b) => {
    const side = size >> b;
    outs.forEach((out, i) => {
      const filter = tf.randomNormal([3, 3, channels, out], 0, Math.sqrt(2 / (9 * channels)));
      list.push({
        pooled: b > 0 && i === 0, filter, turned: turn(filter), bias: tf.zeros([out]),
        shape: [1, side, side, channels], outShape: [1, side, side, out],
      });
      channels = out;
    });
  });
  return list;
}

const turn = (filter) => tf.tidy(() => tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]));

// gradients returns one upstream gradient for every shape that there is.
function gradients(list) {
  const made = {};
  for (const l of list) made[l.outShape] ??= tf.randomNormal(l.outShape);
  return made;
}

function forward(list, picture) {
  let x = picture;
  for (const l of list) {
    const from = x;
    if (l.pooled) x = tf.avgPool(x, 2, 2, "valid");
    const y = tf.fused.conv2d({ x, filter: l.filter, strides: 1, pad: "same", bias: l.bias, activation: "relu" });
    if (x !== from) x.dispose();
    if (from !== picture) from.dispose();
    x = y;
  }
  const sum = tf.sum(x);
  if (!Number.isFinite(sum.dataSync()[0])) throw new Error("the features are not numbers");
  tf.dispose([x, sum]);
}

function backward(list, upstream, back) {
  for (const l of list.toReversed()) back(l, upstream[l.outShape]).dispose();
}

const byKernel = (l, dy) => tf.conv2dTranspose(dy, l.filter, l.shape, 1, "same"); // Conv2DBackpropInput
const byConvolution = (l, dy) => tf.conv2d(dy, l.turned, 1, "same");

// check compares both ways at a small layer of odd numbers.
function check() {
  tf.tidy(() => {
    const filter = tf.randomNormal([3, 3, 5, 6]);
    const l = { filter, turned: turn(filter), shape: [1, 7, 9, 5] };
    const dy = tf.randomNormal([1, 7, 9, 6]);
    const off = tf.max(tf.abs(tf.sub(byKernel(l, dy), byConvolution(l, dy)))).dataSync()[0];
    if (!(off < 1e-3)) throw new Error(`the two gradients differ by ${off}`);
  });
}

// time returns the seconds of n calls, after one that does not count. In between the
// browser gets its turn.
async function time(n, work) {
  const seconds = [];
  for (let i = 0; i <= n; i++) {
    await new Promise((done) => setTimeout(done, 0));
    const start = performance.now();
    work();
    if (i > 0) seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function main() {
  const settings = new URLSearchParams(location.search);
  const size = Number(settings.get("size")), iterations = Number(settings.get("iterations"));
  tf.wasm.setThreadsCount(1);
  tf.wasm.setWasmPaths("node_modules/@tensorflow/tfjs-backend-wasm/dist/");
  if (!(await tf.setBackend("wasm"))) throw new Error("the WebAssembly back end does not start");
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) throw new Error("there is no SIMD");
  check();
  const list = layers(size), upstream = gradients(list);
  const picture = tf.randomUniform([1, size, size, 3], -120, 135);
  const f = await time(iterations, () => forward(list, picture));
  const g = await time(iterations, () => backward(list, upstream, byKernel));
  const c = await time(iterations, () => backward(list, upstream, byConvolution));
  return {
    backend: "tfjs-wasm " + tf.version_core, size, threads: 1,
    seconds_forward: f, seconds_gradient: g, seconds_gradient_by_convolution: c,
    median_forward: median(f), median_gradient: median(g), median_gradient_by_convolution: median(c),
  };
}

const post = (path, text) => fetch(path, { method: "POST", body: text });
main()
  .then((result) => post("/stdout", JSON.stringify(result)))
  .then(() => post("/end", ""), (err) => post("/end", String(err)));
