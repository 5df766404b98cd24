local r = rng "a" print(r:pik{ 1, 2 })
