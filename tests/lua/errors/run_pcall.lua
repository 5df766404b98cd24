print(pcall(function() return sphree end))
sphere{ radius = -1 }
