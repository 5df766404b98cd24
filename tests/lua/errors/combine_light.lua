local a = light{} - sphere{}
