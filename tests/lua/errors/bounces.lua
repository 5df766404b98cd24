render{ bounces = { difuse = 3, glossy = -1, transmission = 2.5 } }
