-- error: the script ran longer than
local s = ("é"):rep(1e7)
while true do utf8.len(s) end
