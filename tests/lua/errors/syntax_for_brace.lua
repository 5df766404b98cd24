for i = 1, 3 { sphere{} }
