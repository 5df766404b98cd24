local s = sphere{} s:copy()
