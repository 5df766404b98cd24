mesh "nope.ply"
mesh{ "../outside.obj" }
mesh{}
mesh{ points = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}} }
mesh{ faces = {{1, 2, 3}} }
local p, f = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, {{1, 2, 3}}
mesh{ points = p, faces = f, up = "z" }
mesh{ points = p, faces = f, materials = { body = "gold" } }
mesh{ "nope.ply", points = p, faces = f }
mesh{ "nope.ply", normals = p }
mesh{ points = p, faces = f, smooth = "yes" }
mesh{ points = p, faces = f, smooth = 400 }
mesh{ "nope.ply", up = "x" }
mesh{ "nope.ply", materials = "gold" }
mesh{ "nope.ply", materials = { "gold" } }
mesh{ "nope.ply", materials = { body = "goldd" } }
