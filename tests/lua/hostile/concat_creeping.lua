-- error: the script ran longer than
-- each step copies all there is
local s = ("x"):rep(3e7)
while true do local r = s .. "y" end
