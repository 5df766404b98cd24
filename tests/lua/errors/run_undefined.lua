sphree{ radius = 1 }
