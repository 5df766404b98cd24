local a = sphere{}
a.at(1, 2, 3)
