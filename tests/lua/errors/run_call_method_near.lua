sphere{}:turny(3)
