local ball = sphere{ radius = 0.1 }
ball:ring(5)
ball:ring(0, 1)
ball:ring(2.5, 1)
ball:ring(3, -1)
ball:grid(3, 3, 1)
ball:grid{ 3, 3 }
ball:grid{ 3, 0, 1 }
ball:grid{ 3, 3, 0 }
ball:grid{ 10000, 10000, 1 }
ball:along(ball, 5)
ball:along({{0, 0, 0}}, 5)
ball:along({{0, 0, 0}, {1, 0}}, 5)
ball:along({{0, 0, 0}, {0, 0, 0}}, 5)
ball:along({{0, 0, 0}, {1, 0, 0}}, {})
ball:along({{0, 0, 0}, {1, 0, 0}}, { spacing = 0 })
ball:along({{0, 0, 0}, {1, 0, 0}})
plane{}:ring(3, 1)
