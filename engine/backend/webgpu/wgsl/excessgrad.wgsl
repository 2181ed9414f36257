// excessgrad adds the gradient of excess in a window.

struct Params { n: u32, x0: u32, y0: u32, ww: u32, wh: u32, w: u32, h: u32, zero: u32, scale: f32, red: f32, green: f32, blue: f32, reach: f32, redTail: f32, greenTail: f32, blueTail: f32, reachTail: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dx: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
//use window
//use pairs
//use limits

//use each
  let at = indexOf(i);
  dx[at] += 2.0 * p.scale * beyond(x[at]).head;
}
