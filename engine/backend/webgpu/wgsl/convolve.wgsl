// convolve is a 3x3 convolution as a product of matrices: rows are outputs, columns are
// places, each row of places rounded up to whole eights, and the sum runs over taps and
// channels. The matrix of neighbourhoods is never written: panels of it are gathered.
//
// With SIGNS it writes where the result is positive, with MASKED it counts only the units
// of src that are in signs. With BIAS it adds that and takes the positive part.

struct Params { o4: u32, i4: u32, h: u32, w: u32, words: u32, k4: u32, stride: u32, tiles: u32, bias: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>; // [k][p.stride], and the bias
//if SIGNS
@group(0) @binding(4) var<storage, read_write> signs: array<u32>;
//end
//if MASKED
@group(0) @binding(4) var<storage, read> signs: array<u32>;
//end
//use units
//use panels

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let tile = group.z * count.x + group.x;
  if (tile >= p.tiles) {
    return;
  }
  let row = 8u * p.words;
//for R $PL
  let place$R = tile * (8u * $TPu) + t + 64u * $Ru;
  let y$R = place$R / row;
  let x$R = place$R % row;
//end
//use accumulators
  for (var k = 0u; k < p.k4; k += $KQu) {
//for R $AL
    if (t + 64u * $Ru < $ANu) {
      let slot = t + 64u * $Ru;
      panelA[slot] = weights[(4u * k + slot / (2u * $TOu)) * p.stride + group.y * (2u * $TOu) + slot % (2u * $TOu)];
    }
//end
//for Q $KQ
    {
      let tap = (k + $Qu) / p.i4;
      let c = (k + $Qu) % p.i4;
//for R $PL
      {
        var value = vec4<f32>(0.0);
        if (tap < 9u) {
          value = load(c, y$R + tap / 3u - 1u, x$R + tap % 3u - 1u);
        }
        panelB[$Qu * (9u * $TPu) + (t + 64u * $Ru) + (t + 64u * $Ru) / 8u] = value;
      }
//end
    }
//end
//use multiply
  }
  let first = tile * (8u * $TPu) + 8u * tp;
  let y = first / row;
  let x = first % row;
  let c = group.y * (2u * $TOu) + 2u * to;
  if (y >= p.h) {
    return;
  }
  if (c < p.o4) {
    let at = (c * p.h + y) * p.w + x;
//if BIAS
    let more = weights[p.bias + c];
//end
    var word = 0u;
//for J 8
    if (x + $Ju < p.w) {
//if BIAS
      let value = lo$J + more;
      let result = select(value, vec4<f32>(0.0), value <= vec4<f32>(0.0)); // a NaN stays, to be seen
//end
//if !BIAS
      let result = lo$J;
//end
      dst[at + $Ju] = result;
//if SIGNS
      let bits = select(vec4<u32>(0u), vec4<u32>(1u, 2u, 4u, 8u), result > vec4<f32>(0.0));
      word |= (bits.x | bits.y | bits.z | bits.w) << (4u * $Ju);
//end
    }
//end
//if SIGNS
    signs[(c * p.h + y) * p.words + x / 8u] = word;
//end
  }
  if (c + 1u < p.o4) {
    let at = ((c + 1u) * p.h + y) * p.w + x;
//if BIAS
    let more = weights[p.bias + c + 1u];
//end
    var word = 0u;
//for J 8
    if (x + $Ju < p.w) {
//if BIAS
      let value = hi$J + more;
      let result = select(value, vec4<f32>(0.0), value <= vec4<f32>(0.0));
//end
//if !BIAS
      let result = hi$J;
//end
      dst[at + $Ju] = result;
//if SIGNS
      let bits = select(vec4<u32>(0u), vec4<u32>(1u, 2u, 4u, 8u), result > vec4<f32>(0.0));
      word |= (bits.x | bits.y | bits.z | bits.w) << (4u * $Ju);
//end
    }
//end
//if SIGNS
    signs[((c + 1u) * p.h + y) * p.words + x / 8u] = word;
//end
  }
}
