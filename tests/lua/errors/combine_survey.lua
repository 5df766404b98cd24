local a = union{ sphere{}, plane{} }
box{}:drop_on(a)
points_on(a, 10)
scatter{ sphere{ radius = 0.1 }, count = 5, on = difference{ sphere{}, sphere{ radius = 2 } } }
-- Where the fault is elsewhere, its line is named
local open = difference{ box{},
  mesh{ points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, faces = {{1, 2, 3}} } }
points_on(open, 3)
points_on(intersection{ sphere{}, sphere{ at = {5, 0, 0} } }, 3)
