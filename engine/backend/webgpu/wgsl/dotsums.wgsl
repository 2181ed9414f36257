// dotsums is dots for sums, which are heads and tails.

struct Params { n: u32, zero: u32, at: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> a: array<f32>;
//if B
@group(0) @binding(3) var<storage, read> b: array<f32>;
//end
//use pairs
//use together

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  var s = Sum(vec4<f32>(0.0), vec4<f32>(0.0));
  for (var i = group.x * 256u + t; i < p.n; i += count.x * 256u) {
//if B
    s = addProduct(s, vec4<f32>(a[i], 0.0, 0.0, 0.0), vec4<f32>(b[i], 0.0, 0.0, 0.0));
    s.tail.x += a[i] * b[p.n + i] + a[p.n + i] * b[i];
//end
//if !B
    s = add(s, vec4<f32>(a[i], 0.0, 0.0, 0.0), vec4<f32>(a[p.n + i], 0.0, 0.0, 0.0));
//end
  }
  find(t, p.at + 2u * group.x, s);
}
