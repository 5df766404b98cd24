sdf(function(p) return sqrt(p.x) - 1 end, { bounds = 2 })
