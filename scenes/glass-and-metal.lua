-- What light does in glass and metal: clear, frosted, coloured by depth, cut to part colours, thin; polished, ringed, turned, annealed.
local aperture = param("aperture", .1, { min = 0, max = .4, unit = "m", help = "of the lens; 0 is sharp everywhere" })
local abbe = param("abbe", 16, { min = 5, max = 60, help = "of the cut stone: less parts the colours more" })
camera{ from = {0, 2.75, 7}, look_at = {.05, .5, -.1}, fov = 27, aperture = aperture, focus = {0, .5, .9}, exposure = .35 }
render{ size = {960, 540}, samples = 128, clamp = 3 }

-- A cut stone: a point below, a girdle of nine corners, a table of nine between them.
local n, points, faces, top = 9, { {0, -.55, 0} }, {}, {}
for i = 1, n do
  points[1 + i], points[1 + n + i], top[i] = polar(.62, 360 * i / n, 0), polar(.36, 360 * (i + .5) / n, .24), 1 + n + i
  local a, b, c, d = 1 + i, 2 + i % n, 1 + n + i, 2 + n + i % n
  for _, face in ipairs{ {1, b, a}, {a, b, c}, {c, b, d} } do faces[#faces + 1] = face end
end
faces[#faces + 1] = top
mesh{ points = points, faces = faces, turn = {x = 24, z = -34}, floor = true, at = {0, 0, .9}, material = glass{ ior = 1.9, abbe = abbe } }

sphere{ radius = .8, floor = true, at = {-.75, 0, -.9}, material = metal "gold" }
sphere{ radius = .55, floor = true, at = {-1.4, 0, .5}, material = "glass" }
sphere{ radius = .6, floor = true, at = {.8, 0, -.75},
        material = metal{ "copper", roughness = stripes{ .1, .5, size = .06, direction = {0, 1, 0} } } }
torus{ radius = .46, tube = .2, floor = true, at = {1.35, 0, .6}, material = glass{ color = "#ff9d2e", depth = .5 } }
capsule{ radius = .27, height = 1.6, at = {-2.1, 0, -.7}, material = glass{ roughness = .25, color = "#8fe8d0", depth = .6 } }
lathe{ profile = {{0, 0}, {.3, 0}, {.44, .3}, {.36, .7}, {.15, 1}, {.17, 1.15}, {.27, 1.3}}, smooth = true, at = {2.25, 0, -.25},
       material = metal{ "silver", roughness = .35, anisotropy = -.85 } }
for i, c in ipairs{ "#f0607f", "#f2b93c", "#4aa3e8" } do
  rect{ size = {.95, 1.75}, turn = {x = 90}, floor = true, material = glass{ thin = true, color = c } }:turn_y(20 - 20 * i):at(.35 + .6 * i, 0, -2.2 + .3 * i)
end
local bead = { metal "gold", glass{ color = "#2f6fd0", depth = .1 }, false, "glass", glass{ color = "#d02f5f", depth = .1 } }
for i = 0, 29 do
  local x = -2.7 + .186 * i
  sphere{ radius = .085, floor = true, at = {x, 0, 1.85 + .28 * sin(2.3 * x + .6)},
          material = bead[i % #bead + 1] or metal{ "titanium", roughness = .15, film = 60 + 8 * i, film_ior = 2.4 } }
end

plane{ material = gradient{ "#8d8377", "#4a4c55", to = {0, 0, -5} } }
background{ {.17, .15, .15} }
area{ at = {-5, 6, 3}, look_at = {0, .3, 0}, size = {3, 3}, power = 700, color = kelvin(4300) }
area{ at = {4, 5, -5}, look_at = {0, .3, 0}, size = {5, 2}, power = 900, color = kelvin(6500) }
