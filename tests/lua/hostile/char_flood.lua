-- error: the script ran longer than
local s = ("x"):rep(2e5)
while true do string.char(s:byte(1, -1)) end
