transform():ring(3, 1)
