local a = union{ sphere{}, plane{} }
box{}:drop_on(a)
points_on(a, 10)
scatter{ sphere{ radius = 0.1 }, count = 5, on = difference{ sphere{}, sphere{ radius = 2 } } }
