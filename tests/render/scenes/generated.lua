-- Generated meshes: turned, drawn out, along curves, over tables and functions; smooth and sharp, closed and open, of glass and with uv.
camera{ from = {0, 3.2, 8}, look_at = {0, .8, 0}, fov = 36, exposure = 0 }
plane{ material = "#888" }
background{ {.3, .35, .45} }
area{ at = {-3, 6, 4}, size = 2, power = 900, look_at = {0, 0, 0} }
-- a goblet of glass, smooth; a hexagonal nut with flat faces; a bowl without an inside
lathe{ profile = {{0, 0}, {.5, 0}, {.5, .06}, {.08, .14}, {.07, .7}, {.3, .95}, {.45, 1.5}, {.41, 1.5}, {.26, 1}, {0, .82}},
       smooth = false, crease = 50, material = "glass", at = {-2.6, 0, 0} }
lathe{ {{.3, 0}, {.6, 0}, {.6, .4}, {.3, .4}, {.3, 0}}, segments = 6, material = metal{ "iron", roughness = .25 }, at = {-1.2, 0, 1.2} }
lathe{ profile = {{.2, 0}, {.45, .15}, {.55, .5}}, smooth = true, at = {-1.3, 0, -.6}, material = checker{ "#a33", "#ddd", size = .125, map = "uv" } }
local star, hole = {}, {}
for i = 0, 9 do
  local a, r = pi * i / 5, i % 2 == 0 and .8 or .35
  star[i + 1] = {r * sin(a), r * cos(a)}
end
for i = 1, 24 do hole[i] = {.2 * cos(tau * i / 24), .2 * sin(tau * i / 24)} end
extrude{ outline = star, holes = {hole}, height = .25, material = "gold", at = {.2, .8, -.6}, turn = 15 }
curve{ points = {{1, .15, 1.4}, {1.5, .9, .8}, {2.2, .3, 1.2}, {2.6, 1.2, .2}, {3.2, .1, .8}}, radius = {.02, .15, .08, .15, 0}, material = "tomato" }
local knot = {}
for i = 1, 40 do
  local t = tau * i / 40
  knot[i] = {.3 * (sin(t) + 2 * sin(2 * t)), .3 * (cos(t) - 2 * cos(2 * t)), -.3 * sin(3 * t)}
end
curve{ points = knot, radius = .09, closed = true, at = {2.1, 1.9, -1}, material = stripes{ "#222", "#e8e8e8", size = .05, direction = {0, 1, 0}, map = "uv" } }
local rows = {}
for j = 1, 30 do
  rows[j] = {}
  for i = 1, 30 do rows[j][i] = .25 * sin(i * .5) * cos(j * .4) + .3 end
end
heightfield{ heights = rows, size = {3, 2}, at = {-2.4, 0, -3}, material = "#5a7d3a" }
heightfield{ heights = {{0, .3, 0}, {.2, .5, .1}, {0, .3, 0}}, crease = 0, at = {0, 0, 1.6}, material = "#4060c0" }
surface{ function(u, v)
  local a, b = tau * u, tau * v
  local r = 1 + .35 * cos(b + 3 * a)
  return .5 * r * sin(a), .3 + .2 * sin(b + 3 * a), .5 * r * cos(a)
end, size = {72, 24}, at = {.2, 0, .4}, material = "glass" }
surface{ function(u, v) return {v * sin(pi * u), 1 - 2 * u, v} end, size = {12, 4}, scale = .4, at = {3.4, .5, -.5} }
