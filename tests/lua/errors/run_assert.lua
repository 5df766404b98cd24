assert(1 > 2, "impossible")
