local a = sphere{} | 3
