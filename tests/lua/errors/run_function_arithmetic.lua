local function f() end
local b = f + 1
