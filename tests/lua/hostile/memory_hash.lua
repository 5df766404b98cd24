-- error: MB of memory
local t = {}
for i = 1, 1e9 do t[i + .5] = true end
