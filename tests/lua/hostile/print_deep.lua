-- error: the script ran longer than
local t = {}
for i = 1, 1e5 do t[i] = { i } end
for i = 1, 1e5 do t[i][2] = t end
while true do print(t) end
