local x = 3
x()
