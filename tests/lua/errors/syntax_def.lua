def ball(x)
