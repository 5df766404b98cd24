local half = plane{ at = {0, 1, 0} } - sphere{}
