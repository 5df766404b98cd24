local s = sphere{} s:move(1)
