sphere{}
