local a = {} - sphere{}
