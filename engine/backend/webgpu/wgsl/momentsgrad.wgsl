// momentsgrad adds the gradient of means and standard deviations to df in a window.

struct Params { n: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, scale: f32, c: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> df: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> f: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> d: array<f32>;
@group(0) @binding(4) var<storage, read> m: array<f32>;
//if MASK
@group(0) @binding(5) var<storage, read> mask: array<vec4<f32>>;
//end
//use window

//use each
  let at = indexOf(i);
  let first = 4u * (i / (p.ww * p.wh));
  let v = f[at];
  var g = vec4<f32>(0.0);
  for (var lane = 0u; lane < 4u; lane++) {
    let c = first + lane;
    if (c < p.c) {
      g[lane] = d[c] + d[p.c + c] * (v[lane] - m[c]) / m[p.c + c];
    }
  }
//if MASK
  g *= mask[at % (p.w * p.h)].x;
//end
  df[at] += p.scale * g;
}
