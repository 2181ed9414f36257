// How far a picture's values lie above limits, or, below 0, beneath them: the parameters red,
// green and blue are their middles, with tails as sums have. The fourth lane is padding, and 0.

fn beyond(x: vec4<f32>) -> Sum4 {
  let d = add4(Sum4(x, vec4<f32>(0.0)), -vec4<f32>(p.red, p.green, p.blue, 0.0), -vec4<f32>(p.redTail, p.greenTail, p.blueTail, 0.0));
  let side = sign(d.head);
  let e = add4(d, -side * p.reach, -side * p.reachTail);
  let outside = abs(d.head) > vec4<f32>(p.reach);
  return Sum4(select(vec4<f32>(0.0), e.head, outside), select(vec4<f32>(0.0), e.tail, outside));
}
