// signs writes where a map is positive: a word for 8 places of a row and 4 channels.

struct Params { n: u32, w: u32, words: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> signs: array<u32>;
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;

//use each
  let x = 8u * (i % p.words);
  let at = i / p.words * p.w + x;
  var word = 0u;
//for J 8
  if (x + $Ju < p.w) {
    let v = select(vec4<u32>(0u), vec4<u32>(1u, 2u, 4u, 8u), src[at + $Ju] > vec4<f32>(0.0));
    word |= (v.x | v.y | v.z | v.w) << (4u * $Ju);
  }
//end
  signs[i] = word;
}
