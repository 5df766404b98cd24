-- error: the script ran longer than
-- __close is added behind setmetatable's back; it runs while the limit unwinds
local mt = {}
local t = setmetatable({}, mt)
mt.__close = function() while true do end end
local x <close> = t
local y <close> = t
while true do end
