sphere = 3
