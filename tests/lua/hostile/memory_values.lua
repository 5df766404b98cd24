-- error: MB of memory
local t = {}
while true do t[#t + 1] = vec3(1, 2, 3) end
