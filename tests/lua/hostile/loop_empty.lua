-- error: the script ran longer than
while true do end
