// combine overwrites dst with old*dst + a*x + b*y. What is multiplied by 0 is not read.

struct Params { n: u32, old: f32, a: f32, b: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4<f32>>;
//if X
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
//end
//if Y
@group(0) @binding(3) var<storage, read> y: array<vec4<f32>>;
//end

//use each
  var v = vec4<f32>(0.0);
//if OLD
  v = p.old * dst[i];
//end
//if X
  v += p.a * x[i];
//end
//if Y
  v += p.b * y[i];
//end
  dst[i] = v;
}
