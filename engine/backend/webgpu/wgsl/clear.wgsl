// clear writes zeros.

struct Params { n: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let i = (group.y * count.x + group.x) * 256u + t;
  if (i < p.n) {
    dst[i] = vec4<f32>(0.0);
  }
}
