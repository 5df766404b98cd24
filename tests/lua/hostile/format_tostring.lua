-- error: the script ran longer than
local t = setmetatable({}, { __tostring = function() while true do end end })
string.format("%s", t)
