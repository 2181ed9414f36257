// sum begins main of a kernel that sums: invocations share out n vectors of four. It leaves the loop
// open, in which s is added to.
//use pairs
//use together

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  var s = Sum4(vec4<f32>(0.0), vec4<f32>(0.0));
  for (var i = group.x * 256u + t; i < p.n; i += count.x * 256u) {
