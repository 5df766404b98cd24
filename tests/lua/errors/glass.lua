disk{ material = glass{ thin = true } }
sphere{ material = glass{ thin = true, depth = 2 } }
sphere{ material = glass{ thin = true, absorption = 2 } }
sphere{ material = glass{ abbe = 30, dispersion = 1 } }
sphere{ material = glass{ abbe = 0.5 } }
sphere{ material = glass{ dispersion = 25 } }
sphere{ material = glass{ dispersion = 3 } }
sphere{ material = glass{ roughness = 2 } }
sphere{ material = glass{ thin = 1 } }
sphere{ material = glass{ disperse = 1 } }
sphere{ material = water{ ior = 1.4 } }
sphere{ material = diamond{ dispersion = 1 } }
