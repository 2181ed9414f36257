// squares writes what each workgroup finds of the squared differences of a and b; collect
// adds that up.

struct Params { n: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, zero: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;
//use window

//use sum
    let at = indexOf(i);
    // The difference itself rounds: d + e is exact.
    let d = add4(Sum4(a[at], vec4<f32>(0.0)), -b[at], vec4<f32>(0.0));
    s = addProduct4(s, d.head, d.head);
    s.tail += 2.0 * d.head * d.tail;
  }
  find(t, group.x, one(s));
}
