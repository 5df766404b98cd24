local c = true sphere{ radius = c ? 1 : 2 }
