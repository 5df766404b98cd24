curve{ points = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}}, radius = {0, 0, 1} }
curve{ points = {{0, 0, 0}, {1, 0, 0}}, radius = {1, "a"} }
curve{ points = {{1, 1, 1}, {1, 1, 1}} }
heightfield{ heights = {{1, 2}} }
heightfield{ heights = {{1, 2, 3}, {4, 5}} }
heightfield{ heights = {{1, 2}, {"x", 5}} }
heightfield{ heights = {1, 2, 3} }
heightfield{ heights = function(x, z) return 0 end }
heightfield{ heights = {{1, 2}, {3, 4}}, material = "glass" }
surface{ size = 4 }
surface{ f = sphere }
surface{ function(u, v) return u end }
surface{ function(u, v) return {u, v} end }
surface{ function(u, v) return u, v, 1 / 0 end }
surface{ function(u, v) return {u, v, 0} end, size = {4, 2.5} }
surface{ function(u, v) return {u, v, 0} end, size = {0, 4} }
