local s = sphere{} local t = s.at(1, 2, 3)
