sphere(radius = 1)
