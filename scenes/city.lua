-- A city across the water at dusk: six hundred towers, every window lit or dark by a function of where it is.
local towers = param("towers", 600, { min = 50, max = 5000, int = true, help = "how many" })
local awake = param("awake", .36, { min = 0, max = 1, help = "share of windows that are lit" })
local sun = param("sun", 1.2, { min = .5, max = 30, unit = "°", help = "height of the sun, behind the city" })

camera{ from = {-60, 12, 330}, look_at = {6, 45, 0}, fov = 28, exposure = -3.1 }
render{ size = {960, 540}, samples = 128, clamp = 8 }
sky{ sun = {sun, 205}, turbidity = 3, ground = "#10151c" }

-- A storey is 3.4 m, a window 2.6 m; whole storeys work late, others sleep.
local function lit(s)
  local along = mix(s.p.x, s.p.z, step(.5, abs(s.n.x))) + .2
  local column, storey = floor(along / 2.6), floor(s.p.y / 3.4)
  local x, y = abs(fract(along / 2.6) - .5), abs(fract(s.p.y / 3.4) - .5)
  local pane = smoothstep(.36, .33, x) * smoothstep(.34, .31, y) * step(abs(s.n.y), .5)
  local busy = .5 + hash(storey, s.id)
  local on = step(1 - awake * busy, hash(column, storey, vec2(s.id, s.n.x)))
  local warm = hash(storey, column, s.id + 3)
  return mix(kelvin(2500), kelvin(4600), warm ^ 2) * (pane * on * (.3 + warm) * 5)
end
local function walls(s)
  return mix(color "#3b4149", color "#6d6257", hash(s.id)) * (.75 + .25 * step(.5, fract(s.p.y / 3.4)))
end
local facade = plastic{ walls, roughness = .35, emission = lit }

local r = rng "city"
for i = 1, towers do
  local x, z = r(-260, 260), -abs(r(-1, 1)) ^ 1.5 * 340
  local centre = exp(-((x - 20) / 75) ^ 2) + .55 * exp(-((x + 130) / 40) ^ 2)
  local h = 3.4 * floor(3 + r(2, 8) + r() ^ 2 * 34 * centre)
  local w, d = 2.6 * floor(r(4, 9)), 2.6 * floor(r(4, 9))
  x, z = 32 * floor(x / 32) + r(-5, 5), 30 * floor(z / 30) + r(-4, 4) - 20
  box{ from = {-w / 2, 0, -d / 2}, to = {w / 2, h, d / 2}, at = {x, 0, z}, material = facade }
  if h > 80 then -- set back, and a mast with its red lamp
    box{ from = {-w / 3, h, -d / 3}, to = {w / 3, h + 10.2, d / 3}, at = {x, 0, z}, material = facade }
    cylinder{ from = {x, h, z}, to = {x, h + 30, z}, radius = .35, material = "#30343a" }
    sphere{ radius = .8, center = {x, h + 30, z}, material = emit{ color = "#ff2010", radiance = 60 } }
  end
end

-- The quay with its lamps, and the water that shows it all again.
box{ from = {-400, -3, -600}, to = {400, 1.5, 4}, material = "#2b2d30" }
for x = -300, 300, 15 do
  cylinder{ from = {x, 1.5, 2}, to = {x, 6.5, 2}, radius = .09, material = "#30343a" }
  sphere{ radius = .35, center = {x, 6.7, 2}, material = emit{ color = kelvin(2200), radiance = 40 } }
end
plane{ point = {0, 0, 0}, material = plastic{ "#04080c", roughness = .06, ior = 1.33, bump_height = .35, bump = function(s)
  return fbm(s.world.xz * vec2(.06, .16), { octaves = 5 })
end } }
