local ball = sphere{ radius = 0.1 }
scatter{}
scatter{ ball }
scatter{ ball, count = 5 }
scatter{ ball, count = 0, area = 5 }
scatter{ ball, count = 5, area = 5, on = ball }
scatter{ ball, count = 5, on = plane{} }
scatter{ ball, count = 5, on = "hill" }
scatter{ ball, count = 5, on = light{} }
scatter{ ball, count = 5, area = 0 }
scatter{ ball, count = 5, area = 5, scale = {2, 1} }
scatter{ ball, count = 5, area = 5, scale = {0, 1} }
scatter{ ball, count = 5, area = 5, turn = "any" }
scatter{ ball, count = 5, area = 5, up = "norma" }
scatter{ ball, spacing = 0.0001, area = 5 }
scatter{ ball, number = 5, area = 5 }
scatter{ "gold", count = 5, area = 5 }
scatter{ ball, count = 5, area = 5, keep = true }
scatter{ ball, count = 5, area = 5, keep = function(s) return "yes" end }
scatter{ plane{}, count = 5000, area = 5 }
