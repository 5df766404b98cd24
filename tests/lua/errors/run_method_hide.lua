local s = sphere{} s:hide()
