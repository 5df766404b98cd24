matte{}:turn_left(1)
