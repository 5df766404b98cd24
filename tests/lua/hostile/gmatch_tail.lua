-- error: the script ran longer than
for _ in ("a"):rep(1e6):gmatch("a*b") do end
