-- error: the script ran longer than
local t = {}
for i = 1, 1e5 do t[i] = i end
while true do max(table.unpack(t)) end
