-- error: metatables cannot have __gc
setmetatable({}, { __gc = function() end })
