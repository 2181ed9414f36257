// How far a picture's values lie above limits, or, below 0, beneath them: the parameters red,
// green and blue are their middles. The fourth lane is padding, and 0.

fn beyond(x: vec4<f32>) -> Sum {
  let d = add(Sum(x, vec4<f32>(0.0)), -vec4<f32>(p.red, p.green, p.blue, 0.0), vec4<f32>(0.0));
  let e = add(d, -sign(d.head) * p.reach, vec4<f32>(0.0));
  let outside = abs(d.head) > vec4<f32>(p.reach);
  return Sum(select(vec4<f32>(0.0), e.head, outside), select(vec4<f32>(0.0), e.tail, outside));
}
