local t = {}
local d = t.x * 2
