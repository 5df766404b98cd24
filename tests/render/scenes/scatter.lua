-- Copies by every method, on surfaces of every kind.
camera{ from = {0, 5, 13}, look_at = {0, 1, 0}, fov = 32 }
light{ at = {-5, 9, 7}, radius = .5, power = 2500 }
background(.3)
plane{ material = "#8a8578" }

local peg = cone{ radius = .05, height = .25, material = "gold" }
local cube = box{ size = .12, material = "tomato" }
local function on(shape) scatter{ peg, cube, count = 120, spacing = .12, on = shape, up = "normal", turn = "random", scale = {.6, 1.4}, seed = 5 } end
on(sphere{ radius = .8, scale = {1, .7, 1.3}, floor = true, at = {-4, 0, 2}, material = "#355" })
on(torus{ radius = .8, tube = .25, turn = {x = 60}, floor = true, at = {-2, 0, 2}, material = "#355" })
on(capsule{ radius = .4, height = 1.6, at = {0, 0, 2}, material = "#355" })
on(cone{ radius = .8, top = .3, height = 1.2, at = {2, 0, 2}, material = "#355" })
on(group{ box{ size = {1, .6, 1}, floor = true }, disk{ radius = .8, hole = .4, at = {0, .9, 0} }, turn = 20, at = {4, 0, 2}, material = "#355" })

local rows = {}
for j = 1, 24 do rows[j] = {} for i = 1, 24 do rows[j][i] = .5 + .4 * sin(.5 * i) * cos(.4 * j) end end
local hill = heightfield{ rows, size = {5, 3}, at = {-3, 0, -2}, material = "#5c6b35" }
scatter{ cube, count = 6000, on = hill, turn = "tumble", scale = {.3, .8}, keep = function(s) return s.n.y > .85 end }
for i = 0, 4 do sphere{ radius = .2, material = "silver" }:at(-5 + i, 3, -2):drop_on(hill) end

for _, p in ipairs(poisson{ area = {3, 2}, spacing = .3, density = function(x, z) return 1 - .5 * x * x end }) do
  sphere{ radius = .1, floor = true, material = hsv(120 * p.x, .6, .8) }:at(2 + p.x, 0, -2 + p.y)
end
local ball = sphere{ radius = .6, at = {4.6, .6, -2}, material = "#222" }
local points, normals = points_on(ball, 60)
for i, p in ipairs(points) do sphere{ radius = .06, at = p + .05 * normals[i], material = emit{ radiance = 1.5 } } end

local way = curve{ {{-5, .1, 4}, {-2, .1, 3.4}, {2, .4, 4.6}, {5, .1, 4}}, radius = .04 }
box{ size = {.3, .05, .1}, material = "#b07a4a" }:along(way, 30)
local post = group{ box{ size = {.1, .6, .2}, floor = true, material = "#556" }, sphere{ radius = .12, at = {0, .7, 0}, material = "gold" } }
post:ring(9, 1):at(0, 0, -4)
post:paint "teal":grid{ 4, 2, .5 }:at(4, 0, -4.5)
for i = -2, 2 do cone{ radius = .15, height = .5, turn = {x = 90}, material = "#d8d0c0" }:at(i * 1.2, 2.6, 0):look_at(ball) end
