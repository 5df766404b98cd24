sdf(function(p) return length(p) - 1 end, { bounds = -1 })
