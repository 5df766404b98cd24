sphere{ radius = motion(1, 2) }
sphere{ at = motion(1, {0, 1, 0}) }
light{ at = motion({0, 0, 0}, {1, 1, 1}) }
light{ at = {1, 2, 3} }:at(motion({0, 0, 0}, {1, 1, 1}))
plane{ at = motion({0, 0, 0}, {0, 1, 0}) }
sphere{}:scale(motion(1, 0))
sphere{ scale = motion({1, 1, 1}, {1, -1, 1}) }
sphere{}:turn_y(motion(0, 9000))
sphere{}:at(motion({0, 0, 0}, {1, 0, 0}), 2)
camera{ from = motion({0, 0, 5}, {0, 0, -5}), look_at = {0, 0, 0} }
camera{ from = {0, 0, 5}, look_at = motion({0, 0, 0}, {0, 0, 5}) }
camera{ shutter = 2 }
sphere{ at = motion({1, 2, 3}) }
