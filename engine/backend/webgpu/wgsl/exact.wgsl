// Sums of numbers, $NUMBER, of bits $BITS, whose rounding is not lost: head + tail is the sum.
// What is of four numbers at a time has $FOUR behind its name.

struct Sum$FOUR {
  head: $NUMBER,
  tail: $NUMBER,
}

// keep returns v, which the compiler cannot know: it must not reckon that what a sum loses
// is 0, as it may by the language's rules.
fn keep$FOUR(v: $NUMBER) -> $NUMBER {
  return bitcast<$NUMBER>(bitcast<$BITS>(v) ^ $BITS(p.zero));
}

// add adds head and tail to s (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
fn add$FOUR(s: Sum$FOUR, head: $NUMBER, tail: $NUMBER) -> Sum$FOUR {
  let sum = keep$FOUR(s.head + head);
  let part = keep$FOUR(sum - s.head);
  let lost = keep$FOUR(s.head - keep$FOUR(sum - part)) + keep$FOUR(head - part);
  return Sum$FOUR(sum, s.tail + (lost + tail));
}

// high returns v without its last 12 bits: products of such numbers are exact.
fn high$FOUR(v: $NUMBER) -> $NUMBER {
  return bitcast<$NUMBER>(bitcast<$BITS>(v) & $BITS(0xfffff000u));
}

// addProduct adds a*b to s (Dekker 1971, A floating-point technique for extending the
// available precision).
fn addProduct$FOUR(s: Sum$FOUR, a: $NUMBER, b: $NUMBER) -> Sum$FOUR {
  let ah = high$FOUR(a);
  let bh = high$FOUR(b);
  let al = a - ah;
  let bl = b - bh;
  return add$FOUR(s, ah * bh, ah * bl + al * bh + al * bl);
}
