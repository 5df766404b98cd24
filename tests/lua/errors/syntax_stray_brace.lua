sphere{} }
