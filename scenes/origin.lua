-- The demo that moonlit descends from: point lights, mirrors and a glass ball, without noise.
camera{ from = {0, 0, 0}, look_at = {0, 0, -1}, fov = 90, exposure = 0 }
render{ size = {800, 800}, samples = 1, integrator = "whitted", clamp_diffuse = 1, bounces = 20, tonemap = "none" }

sphere{ center = {0, 0, -5}, radius = 1, material = mix(matte(vec3(.2, 1, .2) * .18), mirror(), .7) }
sphere{ center = {-3, 1, -6}, radius = 2, material = matte(.58) }
sphere{ center = {2, 1, -4}, radius = 1.5, material = glass{ ior = 1.5 } }
plane{ point = {0, -2, 0}, material = mix(matte(.18), mirror(), .5) }
plane{ point = {0, 0, -20}, normal = {0, 0, 1}, material = matte(vec3(.2, .3, 1) * .38) }

light{ at = {-2, 10, -3}, color = {.3, .8, .3}, power = 10000 }
light{ at = {.25, 0, -2}, color = {.8, .3, .3}, power = 250 }
