local v = vec3(1, 2, 3)
v.x = 3
