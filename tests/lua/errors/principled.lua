sphere{ material = plastic{ "red", ior = 5, rough = .2 } }
sphere{ material = principled{ metallic = 2, clearcoat = 1, subsurface = .5 } }
sphere{ material = principled{ basecolor = "red", metalness = 1 } }
sphere{ material = principled{ transmission = 1, depth = 1, color = checker{} } }
disk{ material = principled{ transmission = 1 } }
sphere{ material = metal{ "gold", anisotropy = 2, rotation = "left", film = 5000 } }
sphere{ material = matte{ sigma = 2 } }
sphere{ material = translucent{ amount = -1, transmission = "red" } }
sphere{ material = velvet{ fuzz = 1 } }
