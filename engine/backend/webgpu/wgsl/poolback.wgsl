// poolback is the way back of pool: an invocation for each place of the large map.

struct Params { n: u32, w: u32, h: u32, smallW: u32, smallH: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dsrc: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> ddst: array<vec4<f32>>;
//if MAXIMUM
@group(0) @binding(3) var<storage, read> won: array<u32>;
//end

//use each
  let x = i % p.w;
  let y = (i / p.w) % p.h;
  let c = i / (p.w * p.h);
  var v = vec4<f32>(0.0);
  if (x / 2u < p.smallW && y / 2u < p.smallH) {
    let at = (c * p.smallH + y / 2u) * p.smallW + x / 2u;
//if MAXIMUM
    let mine = (y % 2u) * 2u + x % 2u;
    let which = (vec4<u32>(won[at]) >> vec4<u32>(0u, 2u, 4u, 6u)) & vec4<u32>(3u);
    v = select(vec4<f32>(0.0), ddst[at], which == vec4<u32>(mine));
//end
//if !MAXIMUM
    let across = select(1.0, 2.0, (x | 1u) < p.w);
    let down = select(1.0, 2.0, (y | 1u) < p.h);
    v = ddst[at] / (across * down);
//end
  }
  dsrc[i] = v;
}
