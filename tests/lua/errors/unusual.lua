sphere{ center = {2e6, 0, 0} }
matte{ color = .99 }
matte(1)
glass{ ior = 9 }
sphere{ material = {1, 2, 3} }
camera{ fov = 170 }
light{ color = 255 }
