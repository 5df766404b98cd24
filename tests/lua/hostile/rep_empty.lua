-- error: the script ran longer than
string.rep("", 1e15, "")
