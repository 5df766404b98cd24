sphere{ radius = 0.4 }:repeat_xz(1)
