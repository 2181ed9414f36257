// Sums of four numbers at a time, which end as one.
//use exact NUMBER=f32 BITS=u32 FOUR=
//use exact NUMBER=vec4<f32> BITS=vec4<u32> FOUR=4

// one returns the sum of the four.
fn one(s: Sum4) -> Sum {
  var sum = Sum(s.head.x, s.tail.x);
  sum = add(sum, s.head.y, s.tail.y);
  sum = add(sum, s.head.z, s.tail.z);
  return add(sum, s.head.w, s.tail.w);
}
