-- error: C stack overflow
local mt = {}
mt.__tostring = function(t) return tostring(t) end
print(setmetatable({}, mt))
