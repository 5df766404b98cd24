-- Measured metals, from polished to brushed: one row each. The roughness of the last column is a parameter: --set roughness=.4
camera{ from = {0, 3.6, 8.4}, look_at = {0, .62, -.55}, fov = 30, aperture = .05 }
render{ size = {1280, 640} }
local most = param("roughness", .55, { min = 0, max = 1, step = .05, help = "roughness of the last column" })
local columns = param("columns", 6, { min = 2, max = 12, int = true })
local ball = proto(sphere{ radius = .42, floor = true })

for row, name in ipairs{ "copper", "gold", "silver" } do
  for i = 1, columns do
    local t = (i - 1) / (columns - 1)
    ball:with{ material = metal{ name, roughness = most * t } }:at((t - .5) * 5.4, 0, (row - 2) * -1.25 - .4)
  end
end
plane{ material = "#55514d" }
background{ {.035, .04, .05} }
for i = -1, 1 do area{ at = {i * 4, 5, 1 - 2 * abs(i)}, look_at = {i, 0, 0}, size = {1.2, 4}, radiance = 9, color = kelvin(5200 - 1500 * i) } end
