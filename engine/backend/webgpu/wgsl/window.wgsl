// A window, the parameters n, x0, y0, ww, wh, of maps of p.w times p.h: i counts its places,
// four channels after four.

fn placeOf(i: u32) -> vec2<u32> {
  return vec2<u32>(p.x0 + i % p.ww, p.y0 + (i / p.ww) % p.wh);
}

fn indexOf(i: u32) -> u32 {
  let at = placeOf(i);
  return (i / (p.ww * p.wh) * p.h + at.y) * p.w + at.x;
}
