// pool takes averages or maxima of 2x2 places. Of the winner two bits remain for each
// channel, a word for each four.

struct Params { n: u32, w: u32, h: u32, srcW: u32, srcH: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;
//if MAXIMUM
@group(0) @binding(3) var<storage, read_write> won: array<u32>;
//end

//use each
  let x = 2u * (i % p.w);
  let y = 2u * ((i / p.w) % p.h);
  let at = (i / (p.w * p.h) * p.srcH + y) * p.srcW + x;
  let right = x + 1u < p.srcW;
  let below = y + 1u < p.srcH;
  var best = src[at];
//if MAXIMUM
  var which = vec4<u32>(0u);
  if (right) {
    let v = src[at + 1u];
    which = select(which, vec4<u32>(1u), v > best);
    best = select(best, v, v > best);
  }
  if (below) {
    let v = src[at + p.srcW];
    which = select(which, vec4<u32>(2u), v > best);
    best = select(best, v, v > best);
  }
  if (right && below) {
    let v = src[at + p.srcW + 1u];
    which = select(which, vec4<u32>(3u), v > best);
    best = select(best, v, v > best);
  }
  won[i] = which.x | (which.y << 2u) | (which.z << 4u) | (which.w << 6u);
  dst[i] = best;
//end
//if !MAXIMUM
  var there = 1.0;
  if (right) {
    best += src[at + 1u];
    there += 1.0;
  }
  if (below) {
    best += src[at + p.srcW];
    there += 1.0;
  }
  if (right && below) {
    best += src[at + p.srcW + 1u];
    there += 1.0;
  }
  dst[i] = best / there;
//end
}
