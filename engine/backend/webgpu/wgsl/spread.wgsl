// spread makes of sums and sums of squares means and standard deviations.

struct Params { n: u32, zero: u32, shareHead: f32, shareTail: f32, least: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<f32>;
//if FROM
@group(0) @binding(2) var<storage, read> source: array<f32>;
//end
//use pair

//use each
  let tails = 2u * p.n;
  let share = Sum(p.shareHead, p.shareTail);
//if FROM
  let sum = Sum(source[i], source[tails + i]);
  let squares = Sum(source[p.n + i], source[tails + p.n + i]);
//end
//if !FROM
  let sum = Sum(dst[i], dst[tails + i]);
  let squares = Sum(dst[p.n + i], dst[tails + p.n + i]);
//end
  let mean = plus(times(sum, share), Sum(0.0, 0.0));
  let square = times(mean, mean);
  let variance = plus(times(squares, share), Sum(-square.head, -square.tail));
  dst[i] = mean.head;
  dst[tails + i] = mean.tail;
  dst[p.n + i] = sqrt(max(0.0, variance.head + variance.tail) + p.least);
  dst[tails + p.n + i] = 0.0;
}
