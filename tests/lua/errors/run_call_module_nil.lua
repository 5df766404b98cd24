math.cosh(1)
