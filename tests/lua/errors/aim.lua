local ball = sphere{ radius = 0.1 }
ball:look_at()
ball:look_at{0, 0, 0}
ball:look_at({1, 0, 0}, {0, 0, 0})
ball:look_at("me")
ball:look_at(plane{})
ball:drop_on()
ball:drop_on("ground")
ball:drop_on(0 / 0)
ball:at(9, 0, 0):drop_on(sphere{})
plane{}:drop_on(0)
ball:drop_on(light{})
ball:paint()
ball:paint "goldd"
ball:paint(5)
ball:paint(box{})
