// collect adds to n sums what workgroups have found. Sums come in rows of c, of which
// workgroups have written each padded to p.padded.

struct Params { n: u32, zero: u32, splits: u32, c: u32, padded: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> partial: array<vec2<f32>>;
//use pair

//use each
  var s = Sum(sums[i], sums[p.n + i]);
  for (var k = 0u; k < p.splits; k++) {
    let part = partial[(k * (p.n / p.c) + i / p.c) * p.padded + i % p.c];
    s = plus(s, Sum(part.x, part.y));
  }
  sums[i] = s.head;
  sums[p.n + i] = s.tail;
}
