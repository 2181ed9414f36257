// addpart adds a rectangle of src, from (x0,y0), to dst, at (x,y).

struct Params { n: u32, pw: u32, ph: u32, x: u32, y: u32, w: u32, h: u32, x0: u32, y0: u32, srcW: u32, srcH: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> src: array<vec4<f32>>;

//use each
  let u = i % p.pw;
  let v = (i / p.pw) % p.ph;
  let c = i / (p.pw * p.ph);
  dst[(c * p.h + p.y + v) * p.w + p.x + u] += src[(c * p.srcH + p.y0 + v) * p.srcW + p.x0 + u];
}
