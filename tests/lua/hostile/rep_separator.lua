-- error: a string would be longer than 64 MB
local s = (""):rep(1e9, "ab")
