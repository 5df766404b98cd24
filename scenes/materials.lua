-- A tray of balls, one for each thing that a surface can be: what lies over what, how rough, how brushed, how thick a film.
camera{ from = {0, 6.4, 8}, look_at = {0, .25, .05}, fov = 24, aperture = .04, exposure = .4 }
render{ size = {1280, 800}, clamp = 4 }

local balls = {
  { matte{ "#b8623f", sigma = 1 }, plastic "#c8102e", plastic{ "#1d5fa8", roughness = .35 }, velvet{ "#3a0a24", sheen = "#ff8fb0" },
    translucent{ "#c3d97f", amount = .6 } },
  { coat(matte "#5a2d12", { color = "#e8a860", roughness = .05 }), coat(metal{ "copper", roughness = .5 }, { color = "#f0b0a0" }),
    coat(metal{ "gold", roughness = .3 }, { film = 420, film_ior = 2, roughness = .1 }), layered{ sheen{ color = .5 }, coat{ roughness = .3, color = "#e0c090" }, "silver" },
    sheen(plastic{ "#203a2c", roughness = .5 }, { color = "#d8e8c0", roughness = .3 }) },
  { metal{ "silver", roughness = .4, anisotropy = .9 }, metal{ "titanium", roughness = .25, film = 330 },
    principled{ color = "#2a48e0", metallic = .6, coat = 1, roughness = .45 },
    principled{ color = "#bfe8d8", transmission = 1, roughness = .02, depth = .6, ior = 1.6 },
    principled{ color = checker{ "#e8d8b0", "#6a1620", size = .21 }, metallic = checker{ 1, 0, size = .21 }, roughness = .25, coat = .5 } },
}
local ball = proto(sphere{ radius = .46, floor = true })
for row, materials in ipairs(balls) do
  for i, material in ipairs(materials) do ball:with{ material = material }:at((i - 3) * 1.16, 0, (2 - row) * -1.4) end
end

plane{ material = plastic{ bricks{ "#2b2622", "#1b1815", length = 2.4, height = .5, joint = .012 }, roughness = .35 } }
background{ {.09, .1, .13} }
area{ at = {-5, 6, 3}, look_at = {0, 0, 0}, size = {3, 3}, power = 800, color = kelvin(4200) }
area{ at = {6, 3.5, -2.5}, look_at = {0, 0, 0}, size = {1.5, 5}, power = 380, color = kelvin(8000) }
area{ at = {0, 5, -7}, look_at = {0, 0, 0}, size = {9, 1}, power = 260 }
