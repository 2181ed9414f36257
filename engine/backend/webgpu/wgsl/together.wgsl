// The sums of a workgroup's 256 invocations end in heads[0] and tails[0].

var<workgroup> heads: array<vec4<f32>, 256>;
var<workgroup> tails: array<vec4<f32>, 256>;

fn together(t: u32, mine: Sum) {
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
}

// find writes what the workgroup's invocations found, at partial[at] and behind it.
fn find(t: u32, at: u32, mine: Sum) {
  together(t, mine);
  if (t == 0u) {
    partial[at] = heads[0];
    partial[at + 1u] = tails[0];
  }
}
