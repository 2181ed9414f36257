// each begins main of a kernel of which invocation i makes number i of n, and leaves it open.

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let i = (group.y * count.x + group.x) * 256u + t;
  if (i >= p.n) {
    return;
  }
