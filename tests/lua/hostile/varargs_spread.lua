-- error: the script ran longer than
local function g() end
local function f(...) while true do g(...) end end
f(table.unpack({}, 1, 3e5))
