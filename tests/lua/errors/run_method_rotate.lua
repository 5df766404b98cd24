local s = sphere{} s:rotate(45)
