-- error: too many results to unpack
table.unpack({}, 1, 5e6)
