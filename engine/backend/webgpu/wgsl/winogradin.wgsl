// winogradin is the first pass of Winograd's F(2x2,3x3) (Lavin and Gray 2015, arXiv
// 1509.09308): tiles of 4x4 places, two apart, become 16 numbers each, d -> B'dB. It goes
// through n tiles, of all channels, from the tile first. With MASKED it counts only the
// units in signs.

struct Params { n: u32, tiles: u32, first: u32, across: u32, h: u32, w: u32, words: u32, i4: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>; // [16][i4][tiles]
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;
//if MASKED
@group(0) @binding(3) var<storage, read> signs: array<u32>;
//end
//use units

//use each
  let c = i / p.tiles;
  let tile = i % p.tiles + p.first;
  let y = 2u * (tile / p.across) - 1u;
  let x = 2u * (tile % p.across) - 1u;
//for J 4
  let a$J = load(c, y, x + $Ju);
  let b$J = load(c, y + 1u, x + $Ju);
  let d$J = load(c, y + 2u, x + $Ju);
  let e$J = load(c, y + 3u, x + $Ju);
  let r0_$J = a$J - d$J;
  let r1_$J = b$J + d$J;
  let r2_$J = d$J - b$J;
  let r3_$J = b$J - e$J;
//end
  let between = p.i4 * p.tiles;
//for J 4
  dst[i + 4u * $Ju * between] = r$J_0 - r$J_2;
  dst[i + (4u * $Ju + 1u) * between] = r$J_1 + r$J_2;
  dst[i + (4u * $Ju + 2u) * between] = r$J_2 - r$J_1;
  dst[i + (4u * $Ju + 3u) * between] = r$J_1 - r$J_3;
//end
}
