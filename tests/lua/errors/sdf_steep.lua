sphere{}:displace(function(p) return 1 / p.x end)
