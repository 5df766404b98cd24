-- Solids that are cut out of solids, exactly: a wheel work, the piece that every textbook has, dice, and a lens.
local teeth = param("teeth", 24, { min = 8, max = 60, int = true, help = "of the large wheel" })

camera{ from = {.9, 3.1, 4.6}, look_at = {.03, .3, .1}, fov = 30, fstop = 8, focus = {.5, .5, .9} }
background "#9aa3b0"
area{ at = {-2.4, 3.4, 2.2}, look_at = {0, .2, 0}, size = 1.6, power = 130, color = "#ffe9cf" }
plane{ material = matte{ color = "#6a5a48" } }

-- A wheel with n teeth of one module: a disc without the gaps between them, a bore, and windows between the spokes.
local function wheel(n, m, thick, spokes, material)
  local r = n * m / 2
  local gap = cylinder{ from = {0, -1, r + .25 * m}, to = {0, 1, r + .25 * m}, radius = .95 * m }
  local window = cylinder{ height = 1, radius = r * .24 }:at(0, -.5, r * .5)
  return difference{
    cylinder{ radius = r + .7 * m, height = thick },
    gap:ring(n, 0), window:ring(spokes, 0), cylinder{ radius = r * .13, from = {0, -1, 0}, to = {0, 1, 0} },
    material = material,
  }
end
local m = .1
local large, small = wheel(teeth, m, .18, 5, metal{ "brass", roughness = .12 }), wheel(12, m, .18, 3, metal{ "copper", roughness = .12 })
local axle = cylinder{ radius = .07, height = .5, material = metal{ "iron", roughness = .3 } } - box{ size = {.02, .1, 1}, at = {0, .5, 0} }
group{ large:turn_y(180 / teeth), axle:turn_y(30) }:at(-.85, .1, -.5)
group{ small, axle }:at(0, .1, 0):at((teeth + 12) * m / 2, 0, 0):turn_y(14):at(-.85, 0, -.5)

-- A ball and a box, and three cylinders taken away.
local bore = cylinder{ from = {-1, 0, 0}, to = {1, 0, 0}, radius = .25, material = metal "gold" }
local piece = (sphere{ radius = .56, material = plastic "#7c1f24" } & box{ size = .84, material = plastic "#f3ead8" })
            - (bore | bore:turn_y(90) | bore:turn_z(90))
piece:turn_y(28):at(.6, .42, .8)

-- A die of glass: its pips are balls taken away.
local function die(material)
  local pips, d = {}, .11
  local faces = { { {0, 0} }, { {-d, -d}, {d, d} }, { {-d, -d}, {0, 0}, {d, d} } }
  for i, spots in ipairs(faces) do
    for _, s in ipairs(spots) do
      local pip = sphere{ radius = .055, at = {s[1], .2, s[2]} }
      pips[#pips + 1] = i == 1 and pip or i == 2 and pip:turn_x(90) or pip:turn_z(-90)
    end
  end
  return difference{ box{ size = .4 } & sphere{ radius = .29 }, pips, material = material }
end
die(glass{ color = "#bfe3d0", depth = .3 }):turn_y(20):at(-.42, .2, 1.2)
die(plastic "#1c2a44"):turn_y(-35):at(-1.0, .2, .95)

-- A lens: what two balls have in common.
local lens = sphere{ radius = .8, at = {0, 0, .69} } & sphere{ radius = .8, at = {0, 0, -.69} }
lens:with{ material = "glass" }:turn{ x = -16, y = 18 }:at(1.45, .41, .3)
