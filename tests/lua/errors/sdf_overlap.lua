sphere{}:repeat_xz(1.5)
