-- error: the script ran longer than
local mt = {}
local t = setmetatable({}, mt)
mt.__close = function() while true do pcall(string.rep, "x", 10) end end
do
  local x <close> = t
end
