// Sums of one number at a time.
//use exact NUMBER=f32 BITS=u32 FOUR=

// times returns the product of two sums.
fn times(a: Sum, b: Sum) -> Sum {
  return addProduct(Sum(0.0, a.head * b.tail + a.tail * b.head), a.head, b.head);
}

// plus returns the sum of two sums, its tail no longer than half of the head's last place.
fn plus(a: Sum, b: Sum) -> Sum {
  let s = add(a, b.head, b.tail);
  return add(Sum(s.head, 0.0), s.tail, 0.0);
}
