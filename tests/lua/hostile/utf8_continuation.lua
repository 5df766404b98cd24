-- error: the script ran longer than
local s = ("\x80"):rep(3e7)
while true do utf8.offset(s, 0, 3e7) end
