sdf(function(p) return length(p) - 1 end)
