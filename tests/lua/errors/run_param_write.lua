param.file = 3
