-- error: differs between machines
string.pack("l", 1)
