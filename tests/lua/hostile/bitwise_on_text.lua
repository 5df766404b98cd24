-- error: attempt to perform bitwise operation on a string
local s = "0x" .. ("0"):rep(3e7)
local n = s | 1
