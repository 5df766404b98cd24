-- A ball of fluff and its name. Letters of text{}, hair that curls and is lit through, and grass that the wind combs.
camera{ from = {0.3, 0.95, 4.6}, look_at = {0, 0.62, 0}, fov = 36 }
render{ size = {960, 640}, samples = 64, bounces = 12 }
background(color "#b9cbd6" * 0.45)
area{ at = {-2.5, 3.5, 2.5}, look_at = {0, 0.6, 0}, size = 1.6, radiance = 14, color = kelvin(4500) }
area{ at = {3.6, 3.4, -1.6}, look_at = {0.6, 0.6, 0}, size = 1.2, radiance = 40, color = kelvin(3200) }

rect{ size = 30, material = "#8aa0a8" }
text{ "fluff", size = 1.35, depth = 0.28, floor = true, at = {-0.62, 0, -0.55}, material = plastic{ "#d9482b", roughness = 0.1 } }

-- The ball: an under coat of its own colour, long curls above
local ball = sphere{ center = {1.02, 0.5, 0.25}, radius = 0.33, material = "#6b4a2c" }
hair{ on = ball, count = 9000, length = {0.14, 0.24}, radius = 0.0035, spread = 0.4, gravity = 0.5, curl = 1.5, curl_radius = 0.016,
      material = hair_material{ melanin = 0.2, redness = 0.4, azimuthal = 0.5 } }
for _, side in ipairs{ -1, 1 } do
  sphere{ center = {0.98 + 0.13 * side, 0.6, 0.68}, radius = 0.085, material = plastic{ "#fafafa", roughness = 0.05 } }
  sphere{ center = {0.965 + 0.13 * side, 0.605, 0.748}, radius = 0.042, material = plastic{ "#101010", roughness = 0.05 } }
end

-- A strip of grass, green to the tips and yellow at some of them
local lawn = rect{ size = {5.5, 0.7}, at = {0, 0.001, 0.95}, material = "#33421f" }
hair{ on = lawn, count = 5000, length = {0.06, 0.2}, radius = 0.005, tip = 0.05, spread = 0.45, comb = {0.35, 0, 0.1}, gravity = 0.4,
      material = function(s) return mix(color "#2f5d1e", mix(color "#8fae3a", color "#d8c25a", s.uv.x ^ 3), s.uv.y) end }
