// winogradout is the last pass of Winograd's convolution: 16 numbers become 2x2 places,
// m -> A'mA. With BIAS it adds that and takes the positive part.

struct Params { n: u32, tiles: u32, first: u32, across: u32, h: u32, w: u32, o4: u32, bias: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>; // [16][o4][tiles]
//if BIAS
@group(0) @binding(3) var<storage, read> weights: array<vec4<f32>>;
//end

fn store(c: u32, v: u32, u: u32, value: vec4<f32>) {
  if (v < p.h && u < p.w) {
//if BIAS
    let sum = value + weights[p.bias + c];
    dst[(c * p.h + v) * p.w + u] = select(sum, vec4<f32>(0.0), sum <= vec4<f32>(0.0)); // a NaN stays, to be seen
//end
//if !BIAS
    dst[(c * p.h + v) * p.w + u] = value;
//end
  }
}

//use each
  let c = i / p.tiles;
  let tile = i % p.tiles + p.first;
  let y = 2u * (tile / p.across);
  let x = 2u * (tile % p.across);
  let between = p.o4 * p.tiles;
//for J 4
  let m0_$J = src[i + $Ju * between];
  let m1_$J = src[i + (4u + $Ju) * between];
  let m2_$J = src[i + (8u + $Ju) * between];
  let m3_$J = src[i + (12u + $Ju) * between];
  let r0_$J = m0_$J + m1_$J + m2_$J;
  let r1_$J = m1_$J - m2_$J - m3_$J;
//end
  store(c, y, x, r0_0 + r0_1 + r0_2);
  store(c, y, x + 1u, r0_1 - r0_2 - r0_3);
  store(c, y + 1u, x, r1_0 + r1_1 + r1_2);
  store(c, y + 1u, x + 1u, r1_1 - r1_2 - r1_3);
}
