// variation writes what each workgroup finds of the differences of neighbours; collect adds
// that up.

struct Params { n: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, zero: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
//use window

fn differ(s: Sum4, source: vec4<f32>, to: vec4<f32>) -> Sum4 {
  let d = add4(Sum4(to, vec4<f32>(0.0)), -source, vec4<f32>(0.0));
//if ABSOLUTE
  let side = select(vec4<f32>(1.0), vec4<f32>(-1.0), d.head < vec4<f32>(0.0));
  return add4(s, side * d.head, side * d.tail);
//end
//if !ABSOLUTE
  let sum = addProduct4(s, d.head, d.head);
  return Sum4(sum.head, sum.tail + 2.0 * d.head * d.tail);
//end
}

//use sum
    let place = placeOf(i);
    let at = indexOf(i);
    if (place.x + 1u < p.w) {
      s = differ(s, x[at], x[at + 1u]);
    }
    if (place.y + 1u < p.h) {
      s = differ(s, x[at], x[at + p.w]);
    }
  }
  find(t, group.x, one(s));
}
