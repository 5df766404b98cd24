local f = param.flie("model", "bunny.ply")
