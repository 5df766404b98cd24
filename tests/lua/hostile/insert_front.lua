-- error: the script ran longer than
local t = {}
while true do table.insert(t, 1, 0) end
