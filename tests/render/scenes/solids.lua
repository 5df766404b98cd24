-- Round solids: standing, lying, tilted, stretched and mirrored, in a group that is instanced, of every kind of material, and shining.
camera{ from = {0, 3.2, 8}, look_at = {0, .7, 0}, fov = 34, exposure = 0 }
cylinder{ radius = .5, height = 1.4, at = {-2.6, 0, 0}, material = "tomato" }
cone{ radius = .6, height = 1.5, at = {-1.2, 0, .3}, material = "gold" }
capsule{ radius = .35, height = 1.6, at = {0, 0, -.3}, material = "glass" }
torus{ radius = .6, tube = .22, turn = {x = 70}, at = {1.4, .8, 0}, material = metal{ "copper", roughness = .2 } }
cone{ radius = .3, top = .6, height = .8, caps = false, at = {2.9, 0, 0}, material = "#4060c0" }
torus{ .8, .15, floor = true, at = {-.5, 0, 2}, material = "glass" }
cylinder{ from = {-3.5, .1, 2}, to = {3.5, .1, 2.6}, radius = .1, material = "mirror" }
local toy = proto(group{ cylinder{ .2, height = .4 }, torus{ .3, .08, at = {0, .4, 0} }, cone{ .2, at = {0, .4, 0} }, capsule{ .1, height = .5, turn = {z = 90}, at = {.3, .2, 0} } })
for i = -2, 2 do toy:scale{ 1, 1 + .3 * i, -1 }:turn{ x = 10 * i }:at(i * 1.1, 0, -1.8) end
sphere{ radius = .3, material = emit{ radiance = 3 }, at = {3, 2, 2} }
torus{ .4, .05, at = {0, 2.4, 0}, turn = {x = 60}, material = emit{ radiance = 12, color = kelvin(3500) } }
capsule{ radius = .05, height = 1, scale = {1, 1, 3}, at = {-3, 1.5, -1}, material = emit{ radiance = 6 } }
plane{ material = "#888" }
background{ {.2, .25, .35} }
