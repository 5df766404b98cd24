-- error: the script ran longer than
local t = {}
while true do table.move(t, 1, 5e6, 1, t) end
