-- Three balls under two lamps. `moonlit doc sphere` explains that word, and so for every other; change what you like.
camera{ from = {0, 3.1, 8.2}, look_at = {0, .78, 0}, fov = 27, aperture = .1, focus = {0, .9, .9}, exposure = .55 }
render{ clamp = 1.5 }
background{ {.025, .04, .085} }
plane{ material = "#565049" }
sphere{ center = {-2.05, 1, -.5}, material = metal{ "gold", roughness = .22 } }
sphere{ center = {0, 1, 0}, material = "glass" }
sphere{ center = {2.05, 1, -.5}, material = mix(matte "#8f0f1a", mirror(), .06) }
for i = -5, 5 do sphere{ center = {i * .55, .17, 2.1 - .03 * i * i}, radius = .17, material = hsv(210 + i * 24, .65, .8) } end
area{ at = {-6, 7, 4}, look_at = {0, .5, 0}, size = {4, 4}, power = 900, color = kelvin(3800) }
area{ at = {2, 8, -4}, look_at = {0, 1, 0}, size = {9, 3}, power = 900, color = kelvin(6000) }
