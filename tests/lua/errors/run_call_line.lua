sphere{}
(box{}):at(1, 0, 0)
