-- error: the metatable of a built-in table cannot be changed
setmetatable(_ENV, {})
