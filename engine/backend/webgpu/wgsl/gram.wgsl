// gram writes what parts of a window give of a Gram matrix: one [4*c4,4*c4] for each
// group.z, to be added up by gramsum. Tiles left of the diagonal are not written.

struct Params { c4: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, chunk: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> f: array<vec4<f32>>;
//if MASK
@group(0) @binding(3) var<storage, read> mask: array<vec4<f32>>;
//end

// Panels of 16 places: [16][17], four channels in a vector, the last left out.
var<workgroup> panelA: array<vec4<f32>, 272>;
var<workgroup> panelB: array<vec4<f32>, 272>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {
  if (group.y > group.x) {
    return;
  }
  let ti = t / 8u; // which 8 rows
  let tj = t % 8u; // which 8 columns
//for J 8
  var lo$J = vec4<f32>(0.0);
  var hi$J = vec4<f32>(0.0);
//end
  let area = p.ww * p.wh;
  let end = min(area, (group.z + 1u) * p.chunk);
  for (var source = group.z * p.chunk; source < end; source += 16u) {
    let place = source + t % 16u;
    let at = (p.y0 + place / p.ww) * p.w + p.x0 + place % p.ww;
    var weight = 1.0;
//if MASK
    if (place < end) {
      weight = mask[at].x;
    }
//end
//for Q 4
    {
      let c = t / 16u + 4u * $Qu;
      var left = vec4<f32>(0.0);
      var right = vec4<f32>(0.0);
      if (place < end) {
        if (16u * group.y + c < p.c4) {
          left = weight * f[(16u * group.y + c) * p.w * p.h + at];
        }
        if (16u * group.x + c < p.c4) {
          right = f[(16u * group.x + c) * p.w * p.h + at];
        }
      }
      panelA[(t % 16u) * 17u + c] = left;
      panelB[(t % 16u) * 17u + c] = right;
    }
//end
    workgroupBarrier();
    for (var k = 0u; k < 16u; k++) {
      let a = panelA[k * 17u + 2u * ti];
      let b = panelA[k * 17u + 2u * ti + 1u];
      let u = panelB[k * 17u + 2u * tj];
      let v = panelB[k * 17u + 2u * tj + 1u];
      lo0 += a.x * u;
      hi0 += a.x * v;
      lo1 += a.y * u;
      hi1 += a.y * v;
      lo2 += a.z * u;
      hi2 += a.z * v;
      lo3 += a.w * u;
      hi3 += a.w * v;
      lo4 += b.x * u;
      hi4 += b.x * v;
      lo5 += b.y * u;
      hi5 += b.y * v;
      lo6 += b.z * u;
      hi6 += b.z * v;
      lo7 += b.w * u;
      hi7 += b.w * v;
    }
    workgroupBarrier();
  }
  let row = 64u * group.y + 8u * ti;
  let column = 16u * group.x + 2u * tj;
  let to = (group.z * 4u * p.c4 + row) * p.c4 + column;
//for J 8
  if (row + $Ju < 4u * p.c4) {
    if (column < p.c4) {
      partial[to + $Ju * p.c4] = lo$J;
    }
    if (column + 1u < p.c4) {
      partial[to + $Ju * p.c4 + 1u] = hi$J;
    }
  }
//end
}
