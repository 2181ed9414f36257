// The filter 1 4 6 4 1, cut at the border.

fn binomial(k: u32) -> f32 {
  let d = select(k - 2u, 2u - k, k < 2u);
  return select(select(1.0, 4.0, d == 1u), 6.0, d == 0u);
}

// inside returns what is left of the filter around at, of n places.
fn inside(at: u32, n: u32) -> f32 {
  var sum = 0.0;
  for (var k = 0u; k < 5u; k++) {
    sum += select(0.0, binomial(k), at + k - 2u < n);
  }
  return sum;
}
