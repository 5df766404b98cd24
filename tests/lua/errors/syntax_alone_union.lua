local a, b = sphere{}, box{}
a | b
plane{}
