matte{ color = function(s) return 1 end }
sphere{ center = function(s) return 1 end }
render{ samples = 10.5, size = 640, bounces = "many" }
camera{ exposure = "bright", focus = "near", blades = 2.5 }
area{ facing = "north" }
area{ facing = 3 }
area{ size = "large" }
sphere{ material = light{} }
sphere{ material = true }
sphere{ material = sphere }
camera{ look_at = "there" }
background{ lights = 1 }
