heightfield{ height = function(x, z) return vec2(x, z) end }
heightfield{ height = function(x, z) return 1 / (x - x) end }
heightfield{ height = function(x, z) if x < 0 then return 0 end return 1 end }
