sphere{}
background(.5)
sky{}
sky{ sun = {20, 0} }
sun{ height = -3 }
sky{ sun = {20, 0}, turbidity = 18 }
background(0)
