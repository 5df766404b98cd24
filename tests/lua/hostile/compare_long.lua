-- error: the script ran longer than
local a, b = ("x"):rep(3e7) .. "a", ("x"):rep(3e7) .. "b"
local n = 0
while true do if a > b then n = n + 1 end end
