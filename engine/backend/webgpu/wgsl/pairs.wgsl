// Sums of four numbers at a time.
//use exact NUMBER=vec4<f32> BITS=vec4<u32>
