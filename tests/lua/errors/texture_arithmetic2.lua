local c = checker{}
local v = vec2(1, 2) + c
