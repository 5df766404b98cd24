-- Solids that are functions: melted together, rounded, twisted, hollow, of stone and of glass.
local blend = param("blend", .35, { min = 0, max = .8, unit = "m", help = "how far the drops flow into each other" })

camera{ from = {.3, 2.1, 6.4}, look_at = {.05, .78, 0}, fov = 30, fstop = 11, focus = {0, .8, .4} }
background "#8c98a8"
area{ at = {-3, 5, 2.5}, look_at = {0, .5, 0}, size = 2.2, power = 420, color = "#ffe4c4" }
plane{ material = matte "#75685c" }

-- A gyroid, cut to a ball
local gyroid = sdf(function(p)
  local q = p * 9
  return (dot(sin(q), cos(q.yzx))) / 12
end, { bounds = .85 }):shell(.05)
local lattice = gyroid & sphere{ radius = .8 }
lattice:with{ material = metal{ "brass", roughness = .16 } }:turn{ x = 20, y = 30 }:at(-1.25, .8, -.1)

-- Drops of glass
smooth_union{ sphere{ radius = .42, at = {0, .42, 0} }, sphere{ radius = .3, at = {.42, .34, .3} },
              sphere{ radius = .24, at = {.1, 1.0, .1} }, k = blend, material = glass{ color = "#bfe6dc", depth = .6 } }:at(.05, 0, .9)

-- A column, twisted, with rounded edges
local column = box{ size = {.5, 1.9, .5} }:round(.06):twist(75)
smooth_union{ column:at(0, 1.05, 0), cylinder{ radius = .55, height = .12 }:round(.02), k = .12,
              material = plastic{ color = "#2d4a6b", roughness = .25 } }:at(1.35, .02, -.5)

-- A stone
sphere{ radius = .34 }:displace(function(p) return .16 * fbm(p * 2.3 + vec3(7, 1, 3), { octaves = 5 }) end)
  :with{ material = matte "#a89a86" }:scale{1.3, .8, 1}:at(1.3, .26, .95)

-- What is left of a box when what repeats is taken away
local holes = sphere{ radius = .11 }:repeated(.24)
smooth_difference{ box{ size = .62, at = {0, .31, 0} }, holes:at(0, .31, 0), k = .04, material = "#b5452f" }:turn_y(24):at(-.75, 0, 1.35)
