-- Three balls under two lamps. Every word is explained by `moonlit doc WORD`; try other colours, numbers and metals.
camera{ from = {0, 1.7, 7}, look_at = {0, .85, 0}, fov = 30, aperture = .08, focus = {0, 1, .9} }
background{ {.10, .13, .20} }
plane{ material = "#9a938c" }
sphere{ center = {-2.1, 1, -.6}, material = metal{ "gold", roughness = .12 } }
sphere{ center = {0, 1, 0}, material = "glass" }
sphere{ center = {2.1, 1, -.6}, material = mix(matte "#b3202c", mirror(), .08) }
for i = -4, 4 do sphere{ center = {i * .62, .16, 1.5 + .1 * i % .3}, radius = .16, material = hsv(200 + i * 22, .55, .9) } end
area{ at = {-4, 6, 3}, look_at = {0, .5, 0}, size = {3, 3}, power = 420, color = kelvin(3600) }
area{ at = {5, 4, -4}, look_at = {0, 1, 0}, size = {2, 4}, power = 260, color = kelvin(9000) }
