sdf(function(p) return p * 2 end, { bounds = 2 })
