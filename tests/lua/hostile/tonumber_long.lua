-- error: the script ran longer than
local s = "0x" .. ("0"):rep(3e7) .. "1"
while true do tonumber(s) end
