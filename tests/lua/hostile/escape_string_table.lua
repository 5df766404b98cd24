-- error: its fields cannot be changed
string.rep = nil
