sphere[radius = 1]
