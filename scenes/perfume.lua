-- A product shot: a flacon of thick glass on black lacquer, between two softboxes, before a backdrop that fades.
local scent = param("scent", color "#e08a2e", { help = "colour of the perfume" })
local full = param("full", .82, { min = .1, max = 1, help = "how full the flacon is" })

camera{ from = {1.1, 1.6, 6.9}, look_at = {0, 1.16, 0}, fov = 27, aperture = .06, focus = {0, 1, .4} }
render{ size = {800, 800}, samples = 256, clamp = 4, bounces = 24 }

-- A square with round corners, for glass and what is in it.
local function rounded(w, d, r)
  local points = {}
  for i, corner in ipairs{ {1, 1}, {-1, 1}, {-1, -1}, {1, -1} } do
    for k = 0, 8 do
      local a = tau / 4 * (i - 1 + k / 8)
      points[#points + 1] = {corner[1] * (w / 2 - r) + r * cos(a), corner[2] * (d / 2 - r) + r * sin(a)}
    end
  end
  return points
end
local function block(w, h, d, r, y, material)
  return extrude{ outline = rounded(w, d, r), height = h, material = material }:turn_x(-90):at(0, y, 0)
end

local clear = glass{ ior = 1.52 }
block(1.5, 1.7, .8, .16, 0, clear)                                                                      -- the flacon
block(1.2, 1.3 * full, .5, .08, .2, glass{ color = scent, depth = .8, ior = 1.36 })                     -- the perfume
if full < 1 then block(1.2, 1.3 * (1 - full) - .004, .5, .08, .202 + 1.3 * full, glass{ ior = 1 }) end -- air above it
cylinder{ from = {0, .25, 0}, to = {.12, 1.7, 0}, radius = .014, material = plastic{ "#f4f4f0", roughness = .2 } }

-- The neck, the collar, and a cap of black lacquer.
local gold = metal{ "gold", roughness = .12 }
cylinder{ from = {0, 1.7, 0}, to = {0, 1.8, 0}, radius = .27, material = gold }
for i = 0, 1 do torus{ radius = .27, tube = .02, at = {0, 1.72 + .06 * i, 0}, material = gold } end
block(.72, .62, .62, .09, 1.8, plastic{ "#060607", roughness = .04 })
block(.722, .05, .622, .09, 1.86, gold)

-- The name, in gold on the front.
text{ "MOONLIT", size = .15, depth = .006, material = metal{ "gold", roughness = .5 }, at = {0, .98, .402} }
text{ "eau de lumière", size = .07, depth = .004, material = metal{ "gold", roughness = .5 }, at = {0, .82, .402} }

-- Black lacquer below, a backdrop that fades behind, light from both sides and from above.
plane{ material = plastic{ "#070708", roughness = .07 } }
rect{ size = {14, 8}, turn = {x = 90}, at = {0, 3, -4.5}, material = emit{ function(s)
  return mix(color "#3a2418", color "#ffdcae", exp(-2.2 * length((s.world - vec3(0, 1.5, 0)).xy * vec2(.45, .6)) ^ 2)) * .55
end } }
area{ at = {-3.6, 2.4, 1.6}, look_at = {0, 1, 0}, size = {1, 3.6}, radiance = 9, color = kelvin(5200) }
area{ at = {3.4, 2.2, .8}, look_at = {0, 1, 0}, size = {.7, 3.2}, radiance = 6, color = kelvin(6500) }
area{ at = {0, 5, 1.5}, look_at = {0, 1.4, 0}, size = {2.6, .8}, radiance = 5 }
area{ at = {2.2, 2.6, 6}, look_at = {0, 1, 0}, size = {3, 2}, radiance = 1.6 }
