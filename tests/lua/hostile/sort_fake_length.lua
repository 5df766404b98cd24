-- error: the list has more than 10000000 items
table.sort(setmetatable({}, { __len = function() return 1 << 50 end }))
