-- error: the script ran longer than
local t = {}
for i = 1, 1e6 do t[i] = i end
local r = rng "a"
while true do r:shuffle(t) end
