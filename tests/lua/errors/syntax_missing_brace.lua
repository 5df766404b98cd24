sphere{
  radius = 1
plane{}
