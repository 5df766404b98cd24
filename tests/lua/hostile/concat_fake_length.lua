-- error: the list has more than 10000000 items
table.concat(setmetatable({}, { __len = function() return 1 << 50 end, __index = function() return "x" end }))
