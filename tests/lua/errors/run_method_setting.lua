sky{}:turn_y(30)
