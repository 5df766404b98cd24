sphere{ radius = 1, end = 2 }
