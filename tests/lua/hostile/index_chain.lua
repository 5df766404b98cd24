-- error: possible loop
local t = {}
setmetatable(t, { __index = t })
local x = t.a
