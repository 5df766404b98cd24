local s = sphere{} s:material("gold")
