sphere{ material = matte(checker{ "white", "blakc", size = -1 }) }
sphere{ material = matte{ color = stripes{ "white", direction = {0, 0, 0} } } }
sphere{ material = metal{ "gold", roughness = sphere{} } }
sphere{ material = matte{ normal = "bumps.png", bump = 3 } }
sphere{ material = metal{ "gold", roughness = checker{ a = 2, b = "reddish" } } }
sphere{ radius = checker{} }
sphere{ material = glass{ ior = checker{} } }
sphere{ material = glass{ color = checker{}, depth = 1 } }
sphere{ material = ramp{ {0, "#000"}, {1, "#fff"} } }
sphere{ material = ramp{ {0, "#000"}, {0, "#fff"}, of = gradient{} } }
sphere{ material = ramp{ {0, "#000"}, "white", of = gradient{} } }
sphere{ material = ramp{ {0, "#000"}, {1, "withe"}, of = 0.5 } }
sphere{ material = ramp{ of = gradient{} } }
sphere{ material = bricks{ joint = 0.5 } }
sphere{ material = gradient{ from = {0, 1, 0} } }
sphere{ material = cutout("gold", 2) }
