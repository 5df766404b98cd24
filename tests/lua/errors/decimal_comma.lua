sphere{ radius = 0,5 }
light{ power = 2,5, at = {0, 3, 0} }
sphere{ radius = 1, 5 }
box{ size = 1,25 } box{ size = 3 }
