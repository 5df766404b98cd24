sphere{ at = {0, 1, –2} }
