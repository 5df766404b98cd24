-- error: 'rawset' is not defined
rawset(math, "pi", 3)
