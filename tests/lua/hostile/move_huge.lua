-- error: more than 10000000 items
table.move({}, 1, 1e15, 2)
