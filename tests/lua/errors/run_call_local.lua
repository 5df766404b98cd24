local light = light{}
light{ power = 3 }
