sphere{ a1 = 1 } sphere{ a2 = 1 } sphere{ a3 = 1 } sphere{ a4 = 1 } sphere{ a5 = 1 }
sphere{ b1 = 1 } sphere{ b2 = 1 } sphere{ b3 = 1 } sphere{ b4 = 1 } sphere{ b5 = 1 }
sphere{ c1 = 1 } sphere{ c2 = 1 } sphere{ c3 = 1 } sphere{ c4 = 1 } sphere{ c5 = 1 }
sphere{ d1 = 1 } sphere{ d2 = 1 } sphere{ d3 = 1 } sphere{ d4 = 1 } sphere{ d5 = 1 }
sphere{ e1 = 1 } sphere{ e2 = 1 } sphere{ e3 = 1 } sphere{ e4 = 1 } sphere{ e5 = 1 }
