// product is the second pass of Winograd's convolution: 16 products of matrices, one for each
// group.z.

struct Params { o4: u32, k4: u32, n: u32, stride: u32, rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>; // [16][o4][n]
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;       // [16][k4][n]
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;   // [16][rows][stride]
//use panels

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
//use accumulators
  for (var k = 0u; k < p.k4; k += $KQu) {
//for R $AL
    if (t + 64u * $Ru < $ANu) {
      let slot = t + 64u * $Ru;
      panelA[slot] = weights[(group.z * p.rows + 4u * k + slot / (2u * $TOu)) * p.stride + group.y * (2u * $TOu) + slot % (2u * $TOu)];
    }
//end
//for Q $KQ
//for R $PL
    {
      let place = group.x * (8u * $TPu) + t + 64u * $Ru;
      var value = vec4<f32>(0.0);
      if (place < p.n && k + $Qu < p.k4) {
        value = src[(group.z * p.k4 + k + $Qu) * p.n + place];
      }
      panelB[$Qu * (9u * $TPu) + (t + 64u * $Ru) + (t + 64u * $Ru) / 8u] = value;
    }
//end
//end
//use multiply
  }
  let c = group.y * (2u * $TOu) + 2u * to;
//for J 8
  {
    let place = group.x * (8u * $TPu) + 8u * tp + $Ju;
    if (place < p.n) {
      if (c < p.o4) {
        dst[(group.z * p.o4 + c) * p.n + place] = lo$J;
      }
      if (c + 1u < p.o4) {
        dst[(group.z * p.o4 + c + 1u) * p.n + place] = hi$J;
      }
    }
  }
//end
}
