-- error: the script ran longer than
local s = ("x"):rep(4e5)
while true do s:byte(1, -1) end
