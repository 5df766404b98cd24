-- error: the script ran longer than
local function f() error({}) end
repeat pcall(f) until false
