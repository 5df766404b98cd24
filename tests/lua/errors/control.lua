local x = "[31mÿ" sphere{ radius = -1 }
