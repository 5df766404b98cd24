local s = sphere{} s:translate(1, 2, 3)
