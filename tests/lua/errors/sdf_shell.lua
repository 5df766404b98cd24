sphere{}:shell(0)
