-- Measured metals, from polished to brushed: one row each. The roughness of the last column is a parameter: --set roughness=.4
camera{ from = {0, 3.3, 7.2}, look_at = {0, .42, -.05}, fov = 30, aperture = .05, exposure = .3 }
render{ size = {1280, 640}, clamp = 4 }
local most = param("roughness", .55, { min = 0, max = 1, step = .05, help = "roughness of the last column" })
local columns = param("columns", 6, { min = 2, max = 12, int = true })
local ball = proto(sphere{ radius = .42, floor = true })

for row, name in ipairs{ "copper", "gold", "silver" } do
  for i = 1, columns do
    local t = (i - 1) / (columns - 1)
    ball:with{ material = metal{ name, roughness = most * t } }:at((t - .5) * 5.4, 0, (row - 2) * -1.25 - .4)
  end
end
plane{ material = "#35322f" }
background{ {.03, .035, .05} }
area{ at = {-5, 6, 3}, look_at = {0, 0, 0}, size = {4, 4}, power = 900, color = kelvin(4000) }
area{ at = {6, 4, -3}, look_at = {0, 0, 0}, size = {2, 5}, power = 500, color = kelvin(8500) }
area{ at = {0, 5, -7}, look_at = {0, 0, 0}, size = {8, 1}, power = 250 }
