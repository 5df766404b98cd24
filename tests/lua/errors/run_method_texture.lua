checker{}:color(1)
