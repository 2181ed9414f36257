  let to = t / $TPu; // which 8 rows
  let tp = t % $TPu; // which 8 columns
//for J 8
  var lo$J = vec4<f32>(0.0);
  var hi$J = vec4<f32>(0.0);
//end
