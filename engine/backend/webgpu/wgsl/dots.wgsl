// dots writes what each workgroup finds of the product of two maps, or of the sum of one;
// the host adds that up.

struct Params { n: u32, zero: u32, at: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> partial: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> a: array<vec4<f32>>;
//if B
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;
//end

//use sum
//if B
    s = addProduct4(s, a[i], b[i]);
//end
//if !B
    s = add4(s, a[i], vec4<f32>(0.0));
//end
  }
  find(t, p.at + group.x, one(s));
}
