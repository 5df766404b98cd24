local a = difference{ sphere{}, sphere{ radius = 0.5 } }
points_on(a, 10)
