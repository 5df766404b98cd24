-- error: the script ran longer than
local s = ("x"):rep(5e7)
while true do hash(s) end
