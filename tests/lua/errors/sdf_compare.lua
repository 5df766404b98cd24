sdf(function(p) if p.x < 0 then return length(p) end return length(p) - 1 end, { bounds = 2 })
