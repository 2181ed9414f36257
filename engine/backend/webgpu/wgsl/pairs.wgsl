// Sums of four numbers at a time whose rounding is not lost: head + tail is the sum.

struct Sum {
  head: vec4<f32>,
  tail: vec4<f32>,
}

// keep returns v, which the compiler cannot know: it must not reckon that what a sum loses
// is 0, as it may by the language's rules.
fn keep(v: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(v) ^ vec4<u32>(p.zero));
}

// add adds head and tail to s (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
fn add(s: Sum, head: vec4<f32>, tail: vec4<f32>) -> Sum {
  let sum = keep(s.head + head);
  let part = keep(sum - s.head);
  let lost = keep(s.head - keep(sum - part)) + keep(head - part);
  return Sum(sum, s.tail + (lost + tail));
}

// high returns v without its last 12 bits: products of such numbers are exact.
fn high(v: vec4<f32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(bitcast<vec4<u32>>(v) & vec4<u32>(0xfffff000u));
}

// addProduct adds a*b to s (Dekker 1971, A floating-point technique for extending the
// available precision).
fn addProduct(s: Sum, a: vec4<f32>, b: vec4<f32>) -> Sum {
  let ah = high(a);
  let bh = high(b);
  let al = a - ah;
  let bl = b - bh;
  return add(s, ah * bh, ah * bl + al * bh + al * bl);
}
