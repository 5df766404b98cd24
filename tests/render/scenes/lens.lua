-- A thin lens with blades, a wide filter, the independent sampler, random numbers of the language.
camera{ from = {0, 1, 5}, look_at = {0, .6, 0}, fov = 35, aperture = .2, focus = 5, blades = 6 }
render{ filter = "gaussian", filter_width = 2, sampler = "independent", seed = 7, bounces = { diffuse = 2, glossy = 4, transmission = 8 } }
background{ {.5, .6, .8} }
plane{ material = "#777777" }
local r = rng "balls"
for i = 1, 30 do
  sphere{ center = {r(-2, 2), r(.1, 1.6), r(-3, 2.5)}, radius = r(.05, .25), material = { r(.9), r(.9), r(.9) } }
end
