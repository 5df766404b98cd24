sphere{ radius = 1 } sphere{ radius = -2 }
sphere{ radius = -3 } sphere{ radius = -4 }
for i = 1, 5 do sphere{ radius = -i } end
local r, s = -5, -6
sphere{ radius = r } sphere{ radius = s }
sphere{ radius = -7 } sphere{ radius = -7 }
sphere{ at = { 1, 0 }, radius = 2 } sphere{ radius = 2, at = { 1, 0, 0, 0 } }
box{ 1 } box{ size = { 1, 2 } } box "gold" box{ sze = 1 } box{ 1, siz = 2 }
sphere(1):at(1, 2):at(1, "x", 2) sphere{}:scale(2):scale("big")
