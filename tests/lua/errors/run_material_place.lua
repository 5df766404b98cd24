matte(1):at(1, 2, 3)
