-- error: metatables cannot have __mode
setmetatable({}, { __mode = "k" })
