local t = {}
t.paint()
