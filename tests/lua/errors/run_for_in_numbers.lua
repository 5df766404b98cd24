for i in 1, 10 do sphere{} end
