-- error: the script ran longer than
local t = {}
for i = 1, 40 do t[1 << i] = true end
while true do local n = #t end
