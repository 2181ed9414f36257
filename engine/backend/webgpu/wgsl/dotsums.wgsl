// dotsums is dots for sums, which are heads and tails.

struct Params { n: u32, zero: u32, at: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
//if B
@group(0) @binding(3) var<storage, read> b: array<f32>;
//end
//use exact NUMBER=f32 BITS=u32 FOUR=
//use together

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  var s = Sum(0.0, 0.0);
  for (var i = group.x * 256u + t; i < p.n; i += count.x * 256u) {
//if B
    s = addProduct(s, a[i], b[i]);
    s.tail += a[i] * b[p.n + i] + a[p.n + i] * b[i];
//end
//if !B
    s = add(s, a[i], a[p.n + i]);
//end
  }
  find(t, p.at + group.x, s);
}
