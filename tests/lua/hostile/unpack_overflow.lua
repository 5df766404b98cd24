-- error: more than 10000000 items
table.unpack({}, math.mininteger, math.maxinteger)
