local a = 5 a()
