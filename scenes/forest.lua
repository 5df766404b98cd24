-- A forest on hills, early in the morning: three firs and a birch, each stored once and scattered by the thousand.
local trees = param("trees", 16000, { min = 100, max = 200000, int = true, help = "how many" })
local sun = param("sun", 14, { min = 3, max = 60, unit = "°", help = "height of the sun" })

camera{ from = {0, 13, 62}, look_at = {0, 5, 0}, fov = 34 }
sky{ sun = {sun, 100}, turbidity = 3 }

local function height(x, z)
  return 4 * sin(.05 * x + 1) * cos(.06 * z) + 1.5 * sin(.13 * x - .09 * z) + .4 * sin(.4 * x) * sin(.37 * z)
end
local rows, n, size = {}, 200, 260
for j = 0, n do
  rows[j + 1] = {}
  for i = 0, n do rows[j + 1][i + 1] = height((i / n - .5) * size, (j / n - .5) * size) end
end
local hills = heightfield{ rows, size = size, material = "#5c6b35" }

local function fir(tint, tiers)
  local parts = { cylinder{ radius = .09, height = 1, material = "#4a3524" } }
  for i = 0, tiers - 1 do
    local t = i / tiers
    parts[#parts + 1] = cone{ radius = .85 * (1 - t) + .12, height = 1.2 - .4 * t, at = {0, .5 + 2.4 * t, 0}, material = tint }
  end
  return group(parts)
end
local birch = group{ cone{ radius = .07, top = .03, height = 2.4, material = "#d8d4c8" },
                     sphere{ radius = .75, scale = {1, 1.4, 1}, at = {0, 2.7, 0}, material = "#8a9a3c" } }
local firs = { fir("#23421f", 4), fir("#2d4f25", 5), fir("#1c3a22", 6) }

-- Firs where it is high, birches below; no trees on the way through.
local function clear(s) return abs(s.p.x - 6 * sin(.07 * s.p.z)) > 3.5 and s.p.z < 46 end
scatter{ firs, count = trees, spacing = .9, on = hills, scale = {.8, 1.9}, turn = "random", seed = 7,
         keep = function(s) return clear(s) and smoothstep(-2.5, 2.5, s.p.y) end }
scatter{ birch, count = trees // 4, spacing = 1.2, on = hills, scale = {.7, 1.4}, turn = "random", seed = 8,
         keep = function(s) return clear(s) and smoothstep(1, -2.5, s.p.y) end }
scatter{ sphere{ radius = .25, scale = {1, .6, .8}, material = "#8c877e" }, count = 4000, on = hills, scale = {.4, 1.8}, turn = "tumble", seed = 9 }
