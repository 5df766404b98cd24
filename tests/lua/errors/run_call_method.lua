sphere{}:paint(3)
