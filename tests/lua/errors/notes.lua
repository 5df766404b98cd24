background(.1)
background(.2)
sphere{ scale = 0 }
sphere{}:scale{1, 0, 1}
material("unused", matte "red")
warn("take care")
