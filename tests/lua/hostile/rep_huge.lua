-- error: a string would be longer than 64 MB
local s = ("x"):rep(1e9)
