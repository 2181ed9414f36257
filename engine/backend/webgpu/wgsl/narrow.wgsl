// narrow is a 3x3 convolution to at most four channels, such as the way back to the
// picture: an invocation makes four places of a row. With MASKED it counts only the units
// of src that are in signs; with BIAS it adds that, takes the positive part, and the signs
// pass says where that is.

struct Params { n: u32, i4: u32, h: u32, w: u32, words: u32, parts: u32, bias: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>; // [k], and the bias
//if MASKED
@group(0) @binding(4) var<storage, read> signs: array<u32>;
//end
//use units

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let i = (group.y * count.x + group.x) * 64u + t;
  if (i >= p.n) {
    return;
  }
  let x = 4u * (i % p.parts);
  let y = i / p.parts;
//for J 4
  var sum$J = vec4<f32>(0.0);
//end
  for (var c = 0u; c < p.i4; c++) {
    for (var dy = 0u; dy < 3u; dy++) {
//for J 6
      let v$J = load(c, y + dy - 1u, x + $Ju - 1u);
//end
      var k = 4u * (3u * dy * p.i4 + c);
      {
        let a = weights[k];
        let b = weights[k + 1u];
        let d = weights[k + 2u];
        let e = weights[k + 3u];
        sum0 += a * v0.x + b * v0.y + d * v0.z + e * v0.w;
        sum1 += a * v1.x + b * v1.y + d * v1.z + e * v1.w;
        sum2 += a * v2.x + b * v2.y + d * v2.z + e * v2.w;
        sum3 += a * v3.x + b * v3.y + d * v3.z + e * v3.w;
      }
      k += 4u * p.i4;
      {
        let a = weights[k];
        let b = weights[k + 1u];
        let d = weights[k + 2u];
        let e = weights[k + 3u];
        sum0 += a * v1.x + b * v1.y + d * v1.z + e * v1.w;
        sum1 += a * v2.x + b * v2.y + d * v2.z + e * v2.w;
        sum2 += a * v3.x + b * v3.y + d * v3.z + e * v3.w;
        sum3 += a * v4.x + b * v4.y + d * v4.z + e * v4.w;
      }
      k += 4u * p.i4;
      {
        let a = weights[k];
        let b = weights[k + 1u];
        let d = weights[k + 2u];
        let e = weights[k + 3u];
        sum0 += a * v2.x + b * v2.y + d * v2.z + e * v2.w;
        sum1 += a * v3.x + b * v3.y + d * v3.z + e * v3.w;
        sum2 += a * v4.x + b * v4.y + d * v4.z + e * v4.w;
        sum3 += a * v5.x + b * v5.y + d * v5.z + e * v5.w;
      }
    }
  }
//for J 4
  if (x + $Ju < p.w) {
//if BIAS
    let value$J = sum$J + weights[p.bias];
    dst[y * p.w + x + $Ju] = select(value$J, vec4<f32>(0.0), value$J <= vec4<f32>(0.0));
//end
//if !BIAS
    dst[y * p.w + x + $Ju] = sum$J;
//end
  }
//end
}
