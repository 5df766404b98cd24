local t = checker{}
sdf(function(p) return length(p) - t(p).x end, { bounds = 2 })
