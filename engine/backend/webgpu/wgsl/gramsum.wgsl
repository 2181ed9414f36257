// gramsum adds the parts of a Gram matrix to sums [c,c]; of two tiles of 64 that mirror each
// other one was written.

struct Params { n: u32, zero: u32, splits: u32, c: u32, rows: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> partial: array<f32>;
//use pair

//use each
  var s = Sum(sums[i], sums[p.n + i]);
  let y = i / p.c;
  let x = i % p.c;
  let at = select(x * p.rows + y, y * p.rows + x, y / 64u <= x / 64u);
  for (var k = 0u; k < p.splits; k++) {
    s = add(s, partial[k * p.rows * p.rows + at], 0.0);
  }
  s = plus(s, Sum(0.0, 0.0));
  sums[i] = s.head;
  sums[p.n + i] = s.tail;
}
