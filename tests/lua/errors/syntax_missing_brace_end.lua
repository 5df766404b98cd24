plane{}
sphere{
  radius = 1
