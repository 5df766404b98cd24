if (1 < 2) { sphere{} }
