-- Every light of this version, and surfaces that emit: an analytic one, a mesh, one inside a group.
camera{ from = {0, 3, 8}, look_at = {0, .8, 0}, fov = 40 }
background{ {.02, .03, .05} }
plane{ material = matte(.6) }
light{ at = {-3, 2, 0}, power = 60, color = {1, .6, .3} }
light{ at = {-1, 2.5, -1}, radius = .3, power = 60 }
area{ at = {1, 2.4, 0}, facing = {.3, -1, .2}, size = {.8, .5}, power = 40, color = {.4, .7, 1} }
directional{ direction = {.4, -1, -.3}, irradiance = .4 }
sphere{ center = {2.6, .5, 0}, radius = .3, material = emit{ radiance = 5, color = {1, .3, .2} } }
mesh{
  points = { {-.5, 0, 0}, {.5, 0, 0}, {0, .8, 0}, {0, .2, .6} }, faces = { {1, 3, 2}, {1, 2, 4}, {2, 3, 4}, {3, 1, 4} },
  material = matte{ color = .2, emission = {.3, 1.5, .5} },
}:at(-2, .2, 1.5)
group{ box{ size = .4, floor = true, material = emit{ radiance = 3 } }, sphere{ center = {0, .7, 0}, radius = .25 } }:at(.4, 0, 1.6)
