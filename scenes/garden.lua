-- A thousand flowers that are one: a group used often is stored once. --set count=100000 costs little more memory.
local count = param("count", 1500, { min = 0, max = 1000000, int = true, help = "flowers" })
local r = rng "garden"

local function flower(petals, tint)
  local parts = { sphere{ center = {0, .5, 0}, radius = .07, material = "#e8b923" }, box{ from = {-.012, 0, -.012}, to = {.012, .5, .012}, material = "#3c6b2f" } }
  for i = 1, petals do
    parts[#parts + 1] = sphere{ radius = .1 }:scale{ .55, .22, 1 }:turn{ x = -18 }:at(0, .5, .13):turn_y(360 * i / petals)
  end
  return proto(group{ parts, material = matte(tint) })
end

local kinds = { flower(6, "#f4f1e8"), flower(5, "#d94f70"), flower(8, "#7a5cc7"), flower(7, "#ef8a3c") }
for _ = 1, count do
  local depth = r()
  local x, z = r(-1, 1) * (1.6 + 7 * depth), 4.2 - 14 * depth
  r:pick(kinds):turn{ x = r(-14, 14) }:turn_y(r(0, 360)):scale(r(.55, 1.15)):at(x, 0, z)
end

plane{ material = "#31421f" }
sphere{ center = {1.3, .9, -1.2}, radius = .9, material = mirror{ color = .92 } }
background{ {.38, .52, .75} }
directional{ direction = {.55, -.7, -.45}, irradiance = 3.4, color = kelvin(4800) }
camera{ from = {0, 1.25, 6.2}, look_at = {0, .55, 0}, fov = 38, aperture = .04, focus = 5.2 }
render{ size = {960, 540} }
