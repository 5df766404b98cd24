sphere{ at = {0, 1, 9} }
plane{}
camera{ from = {0, 1, 5}, look_at = {0, 1, 0} }
light{ at = {0, 5, 0} }
