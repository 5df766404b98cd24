local c = {0, 1, 0}
local d = c * 2
