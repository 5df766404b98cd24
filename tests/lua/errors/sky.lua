sphere{}
sky{ sun = {95, 45} }
sky{ sun = 30 }
sky{ sun = {30}, turbidity = 0 }
sky{ sun = {30, 45}, ground = 2 }
sky{ haze = 3 }
sun{ height = 100 }
sun{ azimuth = 20, size = 0 }
sun{ size = 100, irradiance = -1 }
