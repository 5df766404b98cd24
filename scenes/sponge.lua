-- Menger's sponge: a cube without its middles, made of twenty such cubes, and those of twenty. Five levels are 3.2 million cubes, in memory one group each.
local levels = param("levels", 5, { min = 1, max = 7, int = true, help = "how often" })

camera{ from = {1.5, 1.18, 1.7}, look_at = {.04, .46, .03}, fov = 36, aperture = .012, focus = {.5, .7, .5} }
render{ size = {800, 800}, samples = 128 }
sky{ sun = {38, 115}, turbidity = 4 }

local sponge = box{}
for level = 1, levels do
  local parts = {}
  for x = -1, 1 do
    for y = -1, 1 do
      for z = -1, 1 do
        if abs(x) + abs(y) + abs(z) > 1 then parts[#parts + 1] = sponge:scale(1 / 3):at(x / 3, y / 3, z / 3) end
      end
    end
  end
  sponge = group(parts)
end
-- Deeper in, the stone is redder.
sponge:with{ floor = true, material = matte{ function(s)
  local out = max(abs(s.world.x), abs(s.world.y - .5), abs(s.world.z)) * 2
  return mix(color "#b3401f", color "#f0dfc0", smoothstep(.55, .98, out))
end } }
plane{ material = "#d9d2c4" }
