sphere{ material = function(s) return hash(s.p, s.n, s.id, 4) end }
