area{}:paint(1)
