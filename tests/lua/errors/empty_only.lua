sphere{} only(light{})
