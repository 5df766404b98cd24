spot{ at = {0, 2, 0}, look_at = {0, 2, 0}, angle = 0, blend = 1.5 }
spot{ at = {0, 2, 0}, look_at = {0, 0, 0}, facing = "up", cone = 30 }
spot{ angle = 200, power = -1 }
light{ ies = "../lamp.ies" }
light{ ies = "absent.ies", at = {1, 1, 1} }
light{ ies = 5 }
spotlight{ power = 3 }
