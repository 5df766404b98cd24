-- error: the script ran longer than
while true do print(("x"):rep(1000)) end
