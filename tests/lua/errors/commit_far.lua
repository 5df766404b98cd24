local ball = sphere{ radius = 2 }
local far = ball:scale(1e6):scale(1e6):scale(1e6)
plane{}
