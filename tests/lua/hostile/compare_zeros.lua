-- error: the script ran longer than
local a, b = ("\0"):rep(1e7), ("\0"):rep(1e7 + 1)
while true do local c = a > b end
