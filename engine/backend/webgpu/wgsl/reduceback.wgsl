// reduceback adds the way back of reduce: an invocation for each place of the large map.

struct Params { n: u32, w: u32, h: u32, smallW: u32, smallH: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dsrc: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> ddst: array<vec4<f32>>;
//use binomial

//use each
  let x = i % p.w;
  let y = (i / p.w) % p.h;
  let c = i / (p.w * p.h);
  var sum = vec4<f32>(0.0);
  // The places v of the small map with |y - 2v| <= 2.
  for (var v = (y - min(y, 1u)) / 2u; v <= (y + 2u) / 2u; v++) {
    if (v < p.smallH) {
      let down = binomial(y + 2u - 2u * v) / inside(2u * v, p.h);
      for (var u = (x - min(x, 1u)) / 2u; u <= (x + 2u) / 2u; u++) {
        if (u < p.smallW) {
          sum += down * binomial(x + 2u - 2u * u) / inside(2u * u, p.w) * ddst[(c * p.smallH + v) * p.smallW + u];
        }
      }
    }
  }
  dsrc[i] += sum;
}
