-- A thousand flowers that are one: a group used often is stored once. --set count=100000 costs little more memory.
local count = param("count", 4000, { min = 0, max = 1000000, int = true, help = "flowers" })
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
  local x, z = r(-9, 9), r(-13, 5)
  if length(vec2(x - 1.4, z + .6)) > 1.3 then
    r:pick(kinds):turn{ x = r(-16, 16) }:turn_y(r(0, 360)):scale(r(.5, 1)):at(x, 0, z)
  end
end

plane{ material = "#31421f" }
sphere{ center = {1.4, 1.15, -.6}, radius = 1.15, material = mirror{ color = .92 } }
background{ {.40, .55, .80} }
directional{ direction = {.6, -.55, -.5}, irradiance = 4, color = kelvin(4500) }
camera{ from = {0, 2.5, 8}, look_at = {0, .7, 0}, fov = 34, aperture = .05, focus = 7.6 }
render{ size = {960, 540} }
