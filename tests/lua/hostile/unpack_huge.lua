-- error: more than 10000000 items
table.unpack({}, 1, 1e9)
