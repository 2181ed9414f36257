// What load returns of the map src, four channels of a place: 0 outside, and with MASKED only the
// units that are in signs.

fn load(c: u32, v: u32, u: u32) -> vec4<f32> {
  if (v >= p.h || u >= p.w) {
    return vec4<f32>(0.0);
  }
  let value = src[(c * p.h + v) * p.w + u];
//if MASKED
  let bits = (vec4<u32>(signs[(c * p.h + v) * p.words + u / 8u] >> (4u * (u % 8u))) >> vec4<u32>(0u, 1u, 2u, 3u)) & vec4<u32>(1u);
  return select(vec4<f32>(0.0), value, bits == vec4<u32>(1u));
//end
//if !MASKED
  return value;
//end
}
