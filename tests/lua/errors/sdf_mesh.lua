local m = mesh{ points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, faces = {{1, 2, 3}} }
smooth_union{ sphere{}, m }
