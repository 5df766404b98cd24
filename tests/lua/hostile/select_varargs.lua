-- error: the script ran longer than
local function f(...)
  while true do local n = select("#", ...) end
end
f(table.unpack({}, 1, 3e5))
