local s = sphere{}
s:lookat(0, 1, 0)
