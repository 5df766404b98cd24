light{ radius = 1e-15, power = 1e15 } sphere{}
