// Sums of numbers whose rounding is not lost: head + tail is the sum.

struct Sum {
  head: f32,
  tail: f32,
}

// keep returns v, which the compiler cannot know: it must not reckon that what a sum loses
// is 0, as it may by the language's rules.
fn keep(v: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(v) ^ p.zero);
}

// add adds head and tail to s (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
fn add(s: Sum, head: f32, tail: f32) -> Sum {
  let sum = keep(s.head + head);
  let part = keep(sum - s.head);
  let lost = keep(s.head - keep(sum - part)) + keep(head - part);
  return Sum(sum, s.tail + (lost + tail));
}

// high returns v without its last 12 bits: products of such numbers are exact.
fn high(v: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(v) & 0xfffff000u);
}

// addProduct adds a*b to s (Dekker 1971, A floating-point technique for extending the
// available precision).
fn addProduct(s: Sum, a: f32, b: f32) -> Sum {
  let ah = high(a);
  let bh = high(b);
  let al = a - ah;
  let bl = b - bh;
  return add(s, ah * bh, ah * bl + al * bh + al * bl);
}

// times returns the product of two sums.
fn times(a: Sum, b: Sum) -> Sum {
  return addProduct(Sum(0.0, a.head * b.tail + a.tail * b.head), a.head, b.head);
}

// plus returns the sum of two sums, its tail no longer than half of the head's last place.
fn plus(a: Sum, b: Sum) -> Sum {
  let s = add(a, b.head, b.tail);
  return add(Sum(s.head, 0.0), s.tail, 0.0);
}
