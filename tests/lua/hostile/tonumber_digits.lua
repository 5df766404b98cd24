-- error: the script ran longer than
local s = ("9"):rep(3e7)
while true do tonumber(s) end
