-- error: the script ran longer than
for x = 0, 1e300, 1e-3 do end
