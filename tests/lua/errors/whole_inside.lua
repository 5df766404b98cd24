sphere{ radius = 3, material = "#888" }
camera{ from = {0, 1, 0}, look_at = {0, 1, -5} }
light{ at = {0, 5, 0} }
