-- A parallel camera, the widest filter, both strategies of one kind, all far from the origin and small.
camera{ kind = "orthographic", from = {1000, 2, 1004}, look_at = {1000, .5, 1000}, size = 3 }
render{ filter = "blackman-harris", filter_width = 3, strategy = "bsdf", clamp = 4 }
background(.3)
light{ at = {1002, 4, 1003}, radius = .5, power = 300 }
box{ size = {4, .1, 4}, material = "#999999" }:at(1000, -.05, 1000)
box{ size = .8, floor = true, material = "#3060c0" }:turn_y(30):at(999.4, 0, 1000)
sphere{ radius = .4, floor = true, material = metal{ "silver", roughness = .2 } }:at(1000.6, 0, 1000.3)
