local x = math.flor(2.5)
