local s = sphere{ radius = 2 } print(s.radius)
