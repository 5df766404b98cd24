local v = vec3(1, 2, 3):normalise()
