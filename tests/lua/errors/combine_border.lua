local a = mesh{ points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, faces = {{1, 3, 2}, {1, 2, 4}, {2, 3, 4}} }
local b = sphere{} - a
