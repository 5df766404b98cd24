plane{ normal = {0, 0, 0} }
camera{ from = {1, 2, 3}, look_at = {1, 2, 3} }
camera{ from = {0, 5, 0}, look_at = {0, 0, 0}, up = {0, 1, 0} }
quad{ u = {1, 0, 0}, v = {2, 0, 0} }
triangle{ {0, 0, 0}, {1, 0, 0}, {2, 0, 0} }
box{ from = {0, 0, 0}, to = {1, 0, 1} }
disk{ radius = 1, hole = 1 }
area{ at = {0, 1, 0}, look_at = {0, 1, 0} }
directional{ direction = {0, 0, 0} }
camera{ focus = {0, 0, 20} }
camera{ focus = -1 }
