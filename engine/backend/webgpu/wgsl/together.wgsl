// The sums of a workgroup's 256 invocations become one.

var<workgroup> heads: array<f32, 256>;
var<workgroup> tails: array<f32, 256>;

// find writes to partial[at] what the workgroup's invocations found.
fn find(t: u32, at: u32, mine: Sum) {
  heads[t] = mine.head;
  tails[t] = mine.tail;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    if (t < half) {
      let s = add(Sum(heads[t], tails[t]), heads[t + half], tails[t + half]);
      heads[t] = s.head;
      tails[t] = s.tail;
    }
    workgroupBarrier();
  }
  if (t == 0u) {
    partial[at] = vec2<f32>(heads[0], tails[0]);
  }
}
