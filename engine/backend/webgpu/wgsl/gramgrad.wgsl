// gramgrad adds scale*d*f to df in a window: the product of the symmetric d [c,c] with all
// channels of a place.

struct Params { c: u32, c4: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, scale: f32, tiles: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> df: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> f: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> d: array<f32>;
//if MASK
@group(0) @binding(4) var<storage, read> mask: array<vec4<f32>>;
//end
//use panels

fn entry(k: u32, i: u32) -> f32 {
  return select(0.0, d[min(k, p.c - 1u) * p.c + min(i, p.c - 1u)], k < p.c && i < p.c);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) count: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  let tile = group.z * count.x + group.x;
  if (tile >= p.tiles) {
    return;
  }
  let area = p.ww * p.wh;
//for R $PL
  let place$R = tile * (8u * $TPu) + t + 64u * $Ru;
  let at$R = (p.y0 + place$R / p.ww) * p.w + p.x0 + place$R % p.ww;
//end
//use accumulators
  for (var k = 0u; k < p.c4; k += $KQu) {
//for R $AL
    if (t + 64u * $Ru < $ANu) {
      let slot = t + 64u * $Ru;
      let source = 4u * k + slot / (2u * $TOu);
      let i = 4u * (group.y * (2u * $TOu) + slot % (2u * $TOu));
      panelA[slot] = vec4<f32>(entry(source, i), entry(source, i + 1u), entry(source, i + 2u), entry(source, i + 3u));
    }
//end
//for Q $KQ
//for R $PL
    {
      var value = vec4<f32>(0.0);
      if (place$R < area && k + $Qu < p.c4) {
        value = f[(k + $Qu) * p.w * p.h + at$R];
      }
      panelB[$Qu * (9u * $TPu) + (t + 64u * $Ru) + (t + 64u * $Ru) / 8u] = value;
    }
//end
//end
//use multiply
  }
  let c = group.y * (2u * $TOu) + 2u * to;
  let first = tile * (8u * $TPu) + 8u * tp;
  let one = c * p.w * p.h;
  let other = one + p.w * p.h;
  if (c >= p.c4) {
    return;
  }
  let both = c + 1u < p.c4;
//for J 8
  if (first + $Ju < area) {
    let at = (p.y0 + (first + $Ju) / p.ww) * p.w + p.x0 + (first + $Ju) % p.ww;
//if MASK
    let scale = p.scale * mask[at].x;
//end
//if !MASK
    let scale = p.scale;
//end
    df[one + at] += scale * lo$J;
    if (both) {
      df[other + at] += scale * hi$J;
    }
  }
//end
}
