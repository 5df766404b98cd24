sphere{}:array(3, 1)
