light{} background(0)
