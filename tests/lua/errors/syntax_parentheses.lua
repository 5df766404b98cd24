sphere{ center = (0, 1, 0) }
