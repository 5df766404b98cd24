sphere{ radius = 2 × 3 }
