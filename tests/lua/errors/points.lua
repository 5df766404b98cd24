poisson{}
poisson{ area = 5 }
poisson{ area = 5, spacing = -1 }
poisson{ area = 5, spacing = 1, density = function(x, z) return {} end }
poisson{ area = 5000, spacing = 0.001 }
poisson{ area = {1, 2, 3}, spacing = 1 }
points_on(5, 5)
points_on(sphere{}, "many")
points_on(sphere{}, 2.5)
points_on(plane{}, 5)
points_on(light{}, 5)
points_on(sphere{})
points_on(group{ light{} }, 5)
