// A workgroup of 64 makes a tile of a product of matrices, of 8*$TO rows and 8*$TP columns:
// 64 x 64, or for narrow maps 32 x 128 or 16 x 256. An invocation makes 8 x 8 of it. Panels
// of 4*$KQ numbers of each row and column go through shared memory, columns as vectors of
// four; behind every 8 of these one is left out, so that no two invocations that read at
// the same time want the same bank.

var<workgroup> panelA: array<vec4<f32>, $AN>; // [4*$KQ][2*$TO], four rows in a vector
var<workgroup> panelB: array<vec4<f32>, $BN>; // [$KQ][9*$TP], four of the sum in a vector
