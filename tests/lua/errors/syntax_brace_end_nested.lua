group{
  box{ size = {1, 2, 3 },
  sphere{},
}
