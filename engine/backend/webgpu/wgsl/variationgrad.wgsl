// variationgrad adds the gradient of variation. An invocation gathers for its place what
// the steps to and from its neighbours give, so that no two write to the same: n counts the
// whole map, and the window says which steps count.

struct Params { n: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, scale: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;

fn counts(u: u32, v: u32) -> bool {
  return u >= p.x0 && u < p.x0 + p.ww && v >= p.y0 && v < p.y0 + p.wh;
}

fn slope(d: vec4<f32>) -> vec4<f32> {
//if ABSOLUTE
  return p.scale * select(sign(d), d, d != d); // a NaN stays, to be seen
//end
//if !ABSOLUTE
  return 2.0 * p.scale * d;
//end
}

//use each
  let u = i % p.w;
  let v = (i / p.w) % p.h;
  let here = x[i];
  var sum = vec4<f32>(0.0);
  if (counts(u, v)) {
    if (u + 1u < p.w) {
      sum -= slope(x[i + 1u] - here);
    }
    if (v + 1u < p.h) {
      sum -= slope(x[i + p.w] - here);
    }
  }
  if (u > 0u && counts(u - 1u, v)) {
    sum += slope(here - x[i - 1u]);
  }
  if (v > 0u && counts(u, v - 1u)) {
    sum += slope(here - x[i - p.w]);
  }
  dx[i] += sum;
}
