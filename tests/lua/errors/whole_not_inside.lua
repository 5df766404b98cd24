sphere{ radius = 30, material = emit{ radiance = 1 } }
sphere{ radius = 3, material = "glass" }
sphere{ radius = 2, visible = { camera = false } }
room{ size = 9, at = {0, -2, 0} }
torus{ radius = 4, tube = 1, at = {0, 1, 0} }
camera{ from = {0, 1, 0}, look_at = {0, 1, -5} }
