local s = sphere{} s:tern(3)
