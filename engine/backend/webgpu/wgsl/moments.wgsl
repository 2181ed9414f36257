// moments writes what each workgroup finds of the sums of four channels and of their
// squares; collect adds that up. group.x counts parts of the window, group.y fours of
// channels.

struct Params { n: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, zero: u32, fours: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> f: array<vec4<f32>>;
//if MASK
@group(0) @binding(3) var<storage, read> mask: array<vec4<f32>>;
//end
//use window
//use pairs
//use together

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  var first = Sum4(vec4<f32>(0.0), vec4<f32>(0.0));
  var second = Sum4(vec4<f32>(0.0), vec4<f32>(0.0));
  let area = p.ww * p.wh;
  for (var i = group.x * 256u + t; i < area; i += count.x * 256u) {
    let at = indexOf(i);
    let v = f[group.y * p.w * p.h + at];
//if MASK
    let m = vec4<f32>(mask[at].x);
    first = addProduct4(first, m, v);
    second = addProduct4(second, m * v, v);
//end
//if !MASK
    first = add4(first, v, vec4<f32>(0.0));
    second = addProduct4(second, v, v);
//end
  }
  for (var k = 0u; k < 8u; k++) {
    let lane = k % 4u;
    var mine = Sum(first.head[lane], first.tail[lane]);
    if (k > 3u) {
      mine = Sum(second.head[lane], second.tail[lane]);
    }
    find(t, (2u * group.x + k / 4u) * 4u * p.fours + 4u * group.y + lane, mine);
  }
}
