// adam is a step of Adam (Kingma and Ba 2015, arXiv 1412.6980, algorithm 1).

struct Params { n: u32, rate: f32, mean: f32, square: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> x: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> g: array<vec4<f32>>;

//use each
  let d = g[i];
  let first = 0.9 * m[i] + 0.1 * d;
  let second = 0.999 * v[i] + 0.001 * d * d;
  m[i] = first;
  v[i] = second;
  x[i] -= p.rate * (first * p.mean) / (sqrt(second * p.square) + 1e-8);
}
