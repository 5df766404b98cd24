heightfield{ height = function(x, z) return 1 end, heights = {{1, 2}, {3, 4}} }
heightfield{ height = 3 }
heightfield{}
heightfield{ height = function(x, z) return checker{}(vec2(x, z)).x end }
