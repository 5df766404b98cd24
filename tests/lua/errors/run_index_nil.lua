local t
local u = t.x
