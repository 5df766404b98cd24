local a = sphere{}
a
plane{}
