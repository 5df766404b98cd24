local r = rng "a" print(r:between(1, 2))
