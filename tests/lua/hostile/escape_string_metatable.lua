-- error: attempt to index a nil value
getmetatable("").__index = nil
