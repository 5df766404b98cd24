sphere{ center = {0, 0, 0}, material: gold }
