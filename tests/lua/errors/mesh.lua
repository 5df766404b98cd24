local p = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}
mesh{ points = p, faces = {{0, 1, 2}} }
mesh{ points = p, faces = {{1, 2, 4}} }
mesh{ points = p, faces = {{1, 2}} }
mesh{ points = p, faces = {{1, 2, 3}, 4} }
mesh{ points = p, faces = {} }
mesh{ points = {{0, 0, 0}, {1, 0}}, faces = {{1, 2, 1}} }
mesh{ points = "cube", faces = {{1, 2, 3}} }
mesh{ points = p, faces = {{1, 2, 3}}, normals = {{0, 1, 0}} }
mesh{ points = p, faces = {{1, 2, 3}}, uv = {{0, 1}} }
mesh{ points = p, faces = {{1, 2, 3}}, uv = {{0, 1, 2}, {0, 0}, {0, 0}} }
mesh{ points = p, faces = {{1, 2, 3}}, normals = p, smooth = true }
mesh{ points = p, faces = {{1, 2, 3}} }:with{ points = {{0, 0, 0}} }
mesh{ points = p, faces = {{1, 2, 1.5}} }
