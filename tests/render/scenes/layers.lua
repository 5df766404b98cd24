-- Layers of all kinds over each other, brushed and film-covered, with fields that vary; one lamp shines through a leaf.
camera{ from = {0, 4.2, 6.4}, look_at = {.15, .3, -.2}, fov = 38 }
background{ {.4, .45, .5} }
area{ at = {-3, 5, 3}, look_at = {0, 0, 0}, size = 2, power = 300 }
plane{ material = plastic{ color = checker{ "#ddd", "#666", size = .5 }, roughness = gradient{ .1, .6, from = {-3, 0, 0}, to = {3, 0, 0} } } }

local stripes3, tint = stripes{ 0, 1, size = .15 }, checker{ "#ff8080", "#4060ff", size = .3 }
local ms = {
  matte{ "#c08050", sigma = stripes3 }, plastic{ "#c02020", ior = 2 }, translucent{ "#b8d070", transmit = tint, amount = .6 },
  velvet{ "#401030", sheen = tint, roughness = .4 }, coat(cutout("gold", stripes3), { roughness = .2, color = "#ffb080", amount = stripes3 }),
  coat(mix(glass{ roughness = .1 }, plastic "#208040", .5), { anisotropy = -.7, rotation = 30, roughness = .4 }),
  layered{ sheen{ color = .5 }, coat{ film = 500 }, coat{ roughness = .3, color = "#f0c8a0" }, metal{ "copper", roughness = .4, anisotropy = .8 } },
  metal{ color = "#d0a0ff", edge = "#208080", roughness = .2, film = 300 }, matte{ "#333", bump = stripes3, emission = {.2, .1, 0} },
  principled{ tint, metallic = stripes3, transmission = checker{ 0, 1, size = .2 }, coat = stripes3, sheen = .5, sheen_color = tint,
              roughness = stripes{ .1, .5, size = .1 }, film = 200, anisotropy = .5, rotation = 45, coat_color = "#ffd0a0" },
  principled{ "#80ffc0", transmission = .9, depth = .3, roughness = 0, coat = 1 }, "rubber", "porcelain", "velvet", "plastic",
}
for i, m in ipairs(ms) do sphere{ radius = .5, floor = true, material = m, at = {((i - 1) % 5 - 2) * 1.15, 0, 1 - (i - 1) // 5 * 1.2} } end
quad{ at = {2.4, 0, -2}, u = {1.2, 0, .6}, v = {0, 1.6, 0}, material = translucent "#a8c060" }
light{ at = {3.4, .8, -2.6}, power = 40 }
