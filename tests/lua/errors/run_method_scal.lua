local s = sphere{} s:scal(2)
