// sandwich writes the product a*b of square matrices, of their heads. Called twice it makes
// k*d*k.

struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

var<workgroup> rows: array<f32, 256>;
var<workgroup> cols: array<f32, 256>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) t: vec3<u32>) {
  let i = group.y * 16u + t.y;
  let j = group.x * 16u + t.x;
  var sum = 0.0;
  for (var k = 0u; k < p.n; k += 16u) {
    var left = 0.0;
    if (i < p.n && k + t.x < p.n) {
      left = a[i * p.n + k + t.x];
    }
    var right = 0.0;
    if (j < p.n && k + t.y < p.n) {
      right = b[(k + t.y) * p.n + j];
    }
    rows[t.y * 16u + t.x] = left;
    cols[t.y * 16u + t.x] = right;
    workgroupBarrier();
    for (var l = 0u; l < 16u; l++) {
      sum += rows[t.y * 16u + l] * cols[l * 16u + t.x];
    }
    workgroupBarrier();
  }
  if (i < p.n && j < p.n) {
    dst[i * p.n + j] = sum;
    dst[p.n * p.n + i * p.n + j] = 0.0;
  }
}
