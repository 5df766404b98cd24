print("äö", sphere{	radius = -1 })
