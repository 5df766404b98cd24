cylinder{ radius = 0 }
cylinder{ from = {0, 1, 0} }
cylinder{ from = {1, 2, 3}, to = {1, 2, 3} }
cylinder{ height = 1, to = {0, 1, 0} }
cylinder{ caps = 1 }
cone{ top = -1 }
cone{ radius2 = .3 }
capsule{ radius = 1, height = 1 }
capsule{ radius = .6 }
torus{ radius = 1, tube = 1 }
torus{ minor = .3 }
torus(.1, 2)
cylinder{ caps = false, material = "glass" }
