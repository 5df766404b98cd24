local s = sphere{ radius = 2 } s:at(1e12, 0, 0):scale(1e6) sphere{} plane{}
light{}