-- error: the script ran longer than
local text = ("a"):rep(2e6)
text:find(("a"):rep(1e6) .. "b", 1, true)
