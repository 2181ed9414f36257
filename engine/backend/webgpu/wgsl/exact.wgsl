// Sums of numbers, $NUMBER, of bits $BITS, whose rounding is not lost: head + tail is the sum.

struct Sum {
  head: $NUMBER,
  tail: $NUMBER,
}

// keep returns v, which the compiler cannot know: it must not reckon that what a sum loses
// is 0, as it may by the language's rules.
fn keep(v: $NUMBER) -> $NUMBER {
  return bitcast<$NUMBER>(bitcast<$BITS>(v) ^ $BITS(p.zero));
}

// add adds head and tail to s (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
fn add(s: Sum, head: $NUMBER, tail: $NUMBER) -> Sum {
  let sum = keep(s.head + head);
  let part = keep(sum - s.head);
  let lost = keep(s.head - keep(sum - part)) + keep(head - part);
  return Sum(sum, s.tail + (lost + tail));
}

// high returns v without its last 12 bits: products of such numbers are exact.
fn high(v: $NUMBER) -> $NUMBER {
  return bitcast<$NUMBER>(bitcast<$BITS>(v) & $BITS(0xfffff000u));
}

// addProduct adds a*b to s (Dekker 1971, A floating-point technique for extending the
// available precision).
fn addProduct(s: Sum, a: $NUMBER, b: $NUMBER) -> Sum {
  let ah = high(a);
  let bh = high(b);
  let al = a - ah;
  let bl = b - bh;
  return add(s, ah * bh, ah * bl + al * bh + al * bl);
}
