// collect adds to sums what workgroups have found: one invocation for each vector of four.
// With LANES each of the four is a sum of its own, c of them and after them c others;
// without it the four belong together.

struct Params { n: u32, zero: u32, splits: u32, fours: u32, c: u32, all: u32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read> partial: array<vec4<f32>>;
//use pair

//use each
//if LANES
  for (var lane = 0u; lane < 4u; lane++) {
    let channel = 4u * (i % p.fours) + lane;
    if (channel < p.c) {
      let to = i / p.fours * p.c + channel;
      var s = Sum(sums[to], sums[p.all + to]);
      for (var k = 0u; k < p.splits; k++) {
        let source = 2u * (k * p.n + i);
        s = plus(s, Sum(partial[source][lane], partial[source + 1u][lane]));
      }
      sums[to] = s.head;
      sums[p.all + to] = s.tail;
    }
  }
//end
//if !LANES
  var s = Sum(sums[0], sums[1]);
  for (var k = 0u; k < p.splits; k++) {
    for (var lane = 0u; lane < 4u; lane++) {
      s = plus(s, Sum(partial[2u * k][lane], partial[2u * k + 1u][lane]));
    }
  }
  sums[0] = s.head;
  sums[1] = s.tail;
//end
}
