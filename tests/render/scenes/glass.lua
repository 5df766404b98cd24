-- Glass of all kinds: rough, thin, dispersive, absorbing, one inside another; lamps before and behind it.
camera{ from = {0, 2, 7}, look_at = {0, .8, 0}, fov = 40 }
background{ {.4, .5, .6} }
plane{ material = "#999999" }
sphere{ floor = true, radius = .8, at = {-2, 0, 0}, material = glass{ roughness = .4 } }
sphere{ floor = true, radius = .8, material = glass{ ior = 1.7, abbe = 25 } }
sphere{ radius = .4, at = {0, .8, 0}, material = water{ dispersion = true } }
sphere{ floor = true, radius = .8, at = {2, 0, 0}, material = diamond{ roughness = .2, dispersion = true } }
box{ size = {1.2, .6, .6}, floor = true, at = {-1.2, 0, 2}, material = glass{ roughness = .7, color = "#80c0a0", depth = .4 } }
rect{ size = {2, 2}, turn = {x = 90}, at = {1, 1, 1.5}, material = glass{ thin = true, color = "#ffd0b0" } }
rect{ size = 1, turn = {x = 70}, at = {-.5, .6, 3}, material = glass{ thin = true, roughness = .3 } }
sphere{ radius = .1, at = {-1.2, .3, 2}, material = emit{ radiance = 8 } }
area{ at = {2, 4, 2}, look_at = {0, 0, 0}, size = 1, power = 120 }
light{ at = {-3, 3, 3}, power = 60 }
