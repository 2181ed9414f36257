    workgroupBarrier();
    for (var q = 0u; q < $KQu; q++) {
      let left = q * (8u * $TOu) + 2u * to;
      let right = q * (9u * $TPu) + 9u * tp;
//for C 4
      let a$C = panelA[left + $Cu * (2u * $TOu)];
      let b$C = panelA[left + $Cu * (2u * $TOu) + 1u];
//end
//for J 8
      let v$J = panelB[right + $Ju];
      lo$J += a0 * v$J.x;
      hi$J += b0 * v$J.x;
      lo$J += a1 * v$J.y;
      hi$J += b1 * v$J.y;
      lo$J += a2 * v$J.z;
      hi$J += b2 * v$J.z;
      lo$J += a3 * v$J.w;
      hi$J += b3 * v$J.w;
//end
    }
    workgroupBarrier();
