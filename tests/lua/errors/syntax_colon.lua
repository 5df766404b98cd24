sphere{ radius: 1 }
