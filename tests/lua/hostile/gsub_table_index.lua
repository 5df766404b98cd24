-- error: the script ran longer than
local t = setmetatable({}, { __index = function() while true do end end })
local s = "abc"
s:gsub(".", t)
