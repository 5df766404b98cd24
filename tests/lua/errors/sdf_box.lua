sdf(function(p) return length(p) - 1 end, { bounds = {{0, 0, 0}, {1, -1, 1}} })
