-- error: is a string that is no number
local s = ("1"):rep(3e7)
local n = s + 1
