quad{ u = {1, 0, 0} }
triangle{ {0, 0, 0}, {1, 0, 0} }
background{}
mesh{ points = {{0, 0, 0}} }
mesh{ faces = {{1, 2, 3}} }
