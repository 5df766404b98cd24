area{ power = 3, radiance = 4 }
area{ look_at = {0, 0, 0}, facing = "up" }
camera{ aperture = .1, fstop = 2 }
box{ size = 1, from = {0, 0, 0}, to = {1, 1, 1} }
box{ from = {0, 0, 0} }
box{ to = {0, 0, 0} }
metal{ "gold", color = "red" }
metal{ edge = 1 }
metal{}
glass{ depth = 1, absorption = 2 }
glass{ depth = 1, color = 2 }
camera{ kind = "orthographic", fov = 30 }
camera{ size = 3 }
sphere{ 2, radius = 1 }
render{ samples = 4 }
render{ samples = 8 }
