-- error: 'x' is not defined
local _ENV = setmetatable({}, { __index = _ENV })
local y = x
