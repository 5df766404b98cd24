-- error: the script ran longer than
local a, b = ("x"):rep(6e7), ("x"):rep(6e7 - 1) .. "x"
local n = 0
while true do if a ~= b then n = n + 1 end end
