// combinesums overwrites the sums dst with old*dst + a*x + b*y, heads and tails.

struct Params { n: u32, zero: u32, oldHead: f32, oldTail: f32, aHead: f32, aTail: f32, bHead: f32, bTail: f32 }
@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> dst: array<f32>;
//if X
@group(0) @binding(2) var<storage, read> x: array<f32>;
//end
//if Y
@group(0) @binding(3) var<storage, read> y: array<f32>;
//end
//use pair

//use each
  var s = Sum(0.0, 0.0);
//if OLD
  s = times(Sum(p.oldHead, p.oldTail), Sum(dst[i], dst[p.n + i]));
//end
//if X
  s = plus(s, times(Sum(p.aHead, p.aTail), Sum(x[i], x[p.n + i])));
//end
//if Y
  s = plus(s, times(Sum(p.bHead, p.bTail), Sum(y[i], y[p.n + i])));
//end
  dst[i] = s.head;
  dst[p.n + i] = s.tail;
}
