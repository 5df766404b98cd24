sphere(radius: 1)
