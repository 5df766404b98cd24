local x = 1
sphere{ radius = 1 }
