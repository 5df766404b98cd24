sphere{}
light{ at = {0, 5, 0}, power = 80 }
light{ at = {3, 5, 0}, power = 90 }
area{ at = {0, 5, 3}, power = 0.005 }
light{ at = {3, 5, 3}, power = 0.001 }
light{ at = {3, 5, 3}, power = 0 }
light{ at = {3, 5, 3}, power = 2 }
spot{ at = {3, 5, 3}, power = 120 }
