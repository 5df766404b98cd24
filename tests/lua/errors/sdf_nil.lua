sdf(function(p) local d = length(p) - 1 end, { bounds = 2 })
