-- error: MB of memory
-- sizes add up without a string that long
string.pack(("c2000000000"):rep(4), "x", "x", "x", "x")
