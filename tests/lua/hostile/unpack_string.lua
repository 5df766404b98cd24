-- error: too many results
string.unpack(("b"):rep(2e6), ("x"):rep(2e6))
