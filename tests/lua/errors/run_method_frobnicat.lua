local s = sphere{} s:frobnicate()
