local a = sphere{}
a.radius = 3
