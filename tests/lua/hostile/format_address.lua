-- error: format has no '%p'
print(string.format("%p", {}))
