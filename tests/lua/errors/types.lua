sphere{ radius = "big" }
sphere{ radius = {1, 2} }
sphere{ center = 3 }
sphere{ center = {0, 1} }
sphere{ center = {0, 1, "two"} }
sphere{ center = vec2(1, 2) }
sphere{ name = 7 }
sphere{ floor = 1 }
sphere{ turn = "left" }
sphere{ turn = { w = 3 } }
sphere{ turn = { x = "a" } }
sphere{ scale = "double" }
sphere{ visible = 3 }
sphere{ visible = { camra = false } }
sphere{ visible = { camera = 0 } }
camera{ kind = "fisheye" }
camera{ from = light{} }
sphere{ radius = function(s) return 1 end }
sphere{ material = function(s) return 1 end }
sphere{ radius = "a very long text that nobody wants to see in full in a message" }
